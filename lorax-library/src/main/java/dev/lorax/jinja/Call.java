package dev.lorax.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A call of the value before it.
 *
 * @param name of what is called, for messages
 */
record Call(String name, Given given) implements Chain.Operation {

  /** The arguments as the template writes them; null for those that it has not. */
  record Given(
      List<Expression> positional,
      Map<String, Expression> named,
      Expression more,
      Expression moreNamed) {
    static final Given NONE = new Given(List.of(), Map.of(), null, null);

    Arguments evaluate(String callee, Frame frame) {
      List<Object> values = new ArrayList<>();
      positional.forEach(each -> values.add(each.evaluate(frame)));
      Map<String, Object> byName = new LinkedHashMap<>();
      if (more != null) {
        values.addAll(Values.list(more.evaluate(frame)));
      }
      named.forEach((name, each) -> byName.put(name, each.evaluate(frame)));
      if (moreNamed != null) {
        if (!(moreNamed.evaluate(frame) instanceof Map<?, ?> map)) {
          throw new TemplateException("argument after ** must be a mapping");
        }
        Budget.steps(map.size());
        map.forEach((name, value) -> byName.put(Printing.str(name), value));
      }
      return new Arguments(callee, values, byName);
    }
  }

  @Override
  public Object apply(Frame frame, Object callee) {
    return call(callee, given.evaluate(name, frame));
  }

  /** The call with the body of a call block as its caller. */
  Object apply(Frame frame, Object callee, Macro caller) {
    Arguments arguments = given.evaluate(name, frame);
    arguments.named().put("caller", caller);
    return call(callee, arguments);
  }

  private static Object call(Object function, Arguments arguments) {
    if (function instanceof Undefined undefined) {
      throw undefined.error();
    }
    if (!(function instanceof TemplateFunction callable)) {
      throw new TemplateException(
          "'%s' object is not callable".formatted(Values.typeName(function)));
    }
    return Budget.made(callable.call(arguments.positional(), arguments.named()));
  }
}
