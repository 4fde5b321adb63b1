#!/usr/bin/env bash
# Runs the demo, loads its adapter in PEFT, compares logits; then merges it and loads the result in transformers;
# then writes an adapter with every option over tiny random models, loads each in PEFT, and compares the starts that
# begin with data or with what quantising took (the latter where bitsandbytes is installed, too).
# Usage: docs/interop/peft.sh PYTHON   (a Python with torch, transformers and peft installed)
set -euo pipefail
cd "$(dirname "$0")/../.."
python=${1:?usage: docs/interop/peft.sh PYTHON}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
base=demo/base
text="One morning, the little fox woke up early. The wind was strong, and the ship was gone."
./lorax demo --out "$work/adapter" > /dev/null 2>&1
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
"$java" -cp lorax-cli/target/lorax.jar docs/interop/Logits.java "$base" "$work/adapter" "$text" "$work/logits.json" 2> /dev/null
echo "== the adapter in PEFT"
"$python" docs/interop/peft_check.py "$base" "$work/adapter" "$text" "$work/logits.json" 2> "$work/errors" || { cat "$work/errors" >&2; exit 1; }
echo "== the merged checkpoint in transformers"
./lorax merge --model "$base" --adapter "$work/adapter" --out "$work/merged" --dtype f32 > /dev/null 2>&1
"$python" docs/interop/merged_check.py "$work/merged" "$work/logits.json" 2> "$work/errors" || { cat "$work/errors" >&2; exit 1; }
echo "== adapters with every option in PEFT"
"$python" docs/interop/tiny_bases.py "$work/bases" 2> /dev/null
for name in gpt2 llama bert roberta; do
  "$java" -cp lorax-cli/target/lorax.jar docs/interop/Options.java "$work/bases/$name" "$work/options-$name" 2> "$work/errors" || { cat "$work/errors" >&2; exit 1; }
  "$python" docs/interop/options_check.py "$work/bases/$name" "$work/options-$name" 2> "$work/errors" || { cat "$work/errors" >&2; exit 1; }
done
echo "== fresh adapters by EVA and LoftQ, and PEFT's"
"$java" -cp lorax-cli/target/lorax.jar docs/interop/Starts.java "$work/bases/llama" "$work/starts" 2> "$work/errors" || { cat "$work/errors" >&2; exit 1; }
"$python" docs/interop/starts_check.py "$work/bases/llama" "$work/starts" 2> "$work/errors" || { cat "$work/errors" >&2; exit 1; }
