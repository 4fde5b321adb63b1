package dev.lorax.cli;

import java.util.List;
import picocli.CommandLine.IExecutionStrategy;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ParseResult.GroupMatch;
import picocli.CommandLine.RunLast;

/**
 * Refuses an option of a group that is given twice, or not at all where it must be.
 *
 * <p>Picocli does so itself for plain options, but takes the second of two in a group for the start
 * of another group, in which all that was given before is forgotten; and it does not miss what a
 * group requires where none of the group is given.
 */
final class GroupedOptions implements IExecutionStrategy {
  @Override
  public int execute(ParseResult parsed) {
    for (ParseResult part = parsed; part != null; part = part.subcommand()) {
      for (ArgGroupSpec group : part.commandSpec().argGroups()) {
        if (!part.isUsageHelpRequested() && !part.isVersionHelpRequested()) {
          check(part, group);
        }
      }
    }
    return new RunLast().execute(parsed);
  }

  private static void check(ParseResult part, ArgGroupSpec group) {
    List<GroupMatch> matches =
        part.findMatches(group).stream()
            .flatMap(container -> container.matches().stream())
            .toList();
    for (ArgSpec option : group.allOptionsNested()) {
      if (option.required() && !part.hasMatchedOption((OptionSpec) option)) {
        throw new MissingParameterException(
            part.commandSpec().commandLine(),
            option,
            "Missing required option: '%s=%s'"
                .formatted(((OptionSpec) option).longestName(), option.paramLabel()));
      }
      if (matches.stream().filter(match -> !match.matchedValues(option).isEmpty()).count() > 1) {
        throw new OverwrittenOptionException(
            part.commandSpec().commandLine(),
            option,
            "option '%s' should be specified only once"
                .formatted(((OptionSpec) option).longestName()));
      }
    }
  }
}
