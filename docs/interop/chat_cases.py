"""Renders a file of conversations by templates beside it with transformers.

    python3 docs/interop/chat_cases.py lorax-library/src/test/resources/chat/cases.json

Each case keeps its template and conversation; written anew are
  text        of the conversation, or null where the template refuses it
  prompted    the text with the generation prompt
  marked      where {% generation %} blocks are, as transformers' mask of the assistant has them
  completion  where TRL's completion begins: after what the prompt and the whole have in common
Places count UTF-16 units, as Java does.
"""

import datetime
import json
import os
import sys

import transformers.utils.chat_template_utils as chat


def units(text):
    return len(text.encode("utf-16-le")) // 2


def render(template, content, messages, prompt, mask=False):
    texts, marks = chat.render_jinja_template(
        [messages],
        tools=content.get("tools"),
        chat_template=template,
        add_generation_prompt=prompt,
        return_assistant_tokens_mask=mask,
        **content["variables"],
    )
    return texts[0], marks


def rendered(template, content):
    messages = content["messages"]
    try:
        text = render(template, content, messages, False)[0]
        result = {"text": text, "prompted": render(template, content, messages, True)[0]}
    except Exception as error:  # whatever jinja2 makes of it
        return {"text": None, "error": str(error)}
    if "generation %}" in template:
        marks = render(template, content, messages, False, True)[1][0]
        result["marked"] = [[units(text[:start]), units(text[:end])] for start, end in marks]
    elif messages[-1]["role"] == "assistant" and len(messages) > 1:
        prompt = render(template, content, messages[:-1], True)[0]
        result["completion"] = units(os.path.commonprefix([prompt, text]))
    return result


def main(path):
    with open(path, encoding="utf-8") as file:
        content = json.load(file)
    now = datetime.datetime.fromisoformat(content["now"])
    chat.datetime = type("Now", (), {"now": staticmethod(lambda: now)})
    for case in content["cases"]:
        source = os.path.join(os.path.dirname(path), case["template"] + ".jinja")
        with open(source, encoding="utf-8") as file:
            template = file.read()
        conversation = dict(content["chats"][case["chat"]])
        conversation["variables"] = content["variables"] | conversation.get("variables", {})
        for key in set(case) - {"template", "chat"}:
            del case[key]
        case.update(rendered(template, conversation))
    with open(path, "w", encoding="utf-8") as file:
        json.dump(content, file, ensure_ascii=False, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main(sys.argv[1])
