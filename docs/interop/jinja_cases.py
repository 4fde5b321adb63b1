"""Renders the templates of a file of cases with jinja2, set up as transformers does.

    python3 docs/interop/jinja_cases.py lorax-library/src/test/resources/jinja/cases.json

Each case keeps its template; its text, or the line at which jinja2 fails, is written anew.
"""

import json
import sys
import traceback

import jinja2
from transformers.utils.chat_template_utils import _compile_jinja_template


def line_of(error):
    if isinstance(error, jinja2.TemplateSyntaxError):
        return error.lineno
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == "<template>"]
    return lines[-1] if lines else 0


def rendered(template, variables):
    try:
        return {"template": template, "expected": _compile_jinja_template(template).render(**variables)}
    except Exception as error:  # whatever jinja2 makes of it
        message = str(error).split("\n")[0]
        return {"template": template, "line": line_of(error), "error": message}


def main(path):
    with open(path, encoding="utf-8") as file:
        content = json.load(file)
    content["cases"] = [rendered(case["template"], content["variables"]) for case in content["cases"]]
    with open(path, "w", encoding="utf-8") as file:
        json.dump(content, file, ensure_ascii=False, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main(sys.argv[1])
