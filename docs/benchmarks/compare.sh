#!/usr/bin/env bash
# Pairs Lorax with PEFT and llama.cpp on the same work, and writes a table: docs/benchmarks/compare.sh [--readme]
#
#   PYTHON          a Python with torch, transformers and peft
#   LLAMA_BENCH     the llama-bench of llama.cpp (else the one on the PATH)
#   LLAMA_QUANTIZE  its llama-quantize (else the one beside it)
#   ROUNDS          how often each is measured, in turns (3)
#   WORKS           which works, a regular expression (all)
#   PREFIX          a command before each measured program, for example: taskset -c 0-3
#   RESULTS         where results go (lorax-cli/target/benchmarks)
#
# What is not installed is left out, and the table says so. Build first: mvn -q -DskipTests package
# --readme puts the table between the two marks of README.md. --table makes it of the results that are there.
set -euo pipefail
cd "$(dirname "$0")/../.."
here=docs/benchmarks
rounds=${ROUNDS:-3}
works=${WORKS:-.}
results=${RESULTS:-lorax-cli/target/benchmarks}
records=$results/records.json
python=${PYTHON:-}
llama=${LLAMA_BENCH:-$(command -v llama-bench || true)}
quantize=${LLAMA_QUANTIZE:-}
if [ -z "$quantize" ] && [ -n "$llama" ]; then
  quantize=$(command -v "$(dirname "$llama")/llama-quantize" || true)
fi
threads=$(getconf _NPROCESSORS_ONLN)
read -ra prefix <<< "${PREFIX:-}"

# Runs a program that prints JSON, and keeps it as a record: record WORK PROGRAM COMMAND...
record() {
  local work=$1 program=$2
  shift 2
  printf '%s  %-22s %s\n' "$(date +%T)" "$work" "$program" >&2
  if ! ${prefix[@]+"${prefix[@]}"} "$@" > "$results/out.json" 2> "$results/err.txt"; then
    printf '  left out: %s\n' "$(tail -n 1 "$results/err.txt")" >&2
    return
  fi
  { printf '{"work": "%s", "program": "%s", "result": ' "$work" "$program"; cat "$results/out.json"; echo '}'; } >> "$records"
}

# Long runs get the compiler that the launcher gives them, whatever the command is called.
lorax() { record "$1" lorax env LORAX_JAVA_OPTS="${java_options:-}" ./lorax bench "${@:2}" --json; }

peft() { [ -z "$python" ] || record "$1" "peft-$5" "$python" $here/peft_bench.py "${@:2}"; }

llama() {
  local work=$1 type=$2
  shift 2
  if [ -n "$llama" ] && [ -f "$results/llama-$type.gguf" ]; then
    record "$work" llama.cpp "$llama" -m "$results/llama-$type.gguf" -t "$threads" -r 7 -o json "$@"
  fi
}

wanted() { [[ $1 =~ $works ]]; }

# A model of the same shape for llama.cpp; every matrix in the type, the embedding and the head too.
make_models() {
  { [ -n "$llama" ] && [ -n "$python" ]; } || return 0
  [ -f "$results/llama-bf16.gguf" ] || "$python" $here/gguf_random.py $here/llama.json "$results/llama-bf16.gguf"
  [ -n "$quantize" ] || return 0
  [ -f "$results/llama-int8.gguf" ] || "$quantize" --pure "$results/llama-bf16.gguf" "$results/llama-int8.gguf" Q8_0 > /dev/null 2>&1
  [ -f "$results/llama-int4.gguf" ] || "$quantize" --pure "$results/llama-bf16.gguf" "$results/llama-int4.gguf" Q4_0 > /dev/null 2>&1
}

train() {
  local shape=$1 type=$2 work=train-$1-$2
  wanted "$work" || return 0
  java_options=-XX:TieredStopAtLevel=4 lorax "$work" train --config $here/$shape.json --dtype $type --rank 4 --targets query,key,value
  peft "$work" train $here/$shape.json $type sdpa
  peft "$work" train $here/$shape.json $type eager
}

decode() {
  local type=$1 work=decode-llama-$1
  wanted "$work" || return 0
  lorax "$work" decode --config $here/llama.json --dtype $type --rank 4 --targets query,key,value
  llama "$work" $type -p 0 -n 64
  case $type in f32 | bf16) peft "$work" decode $here/llama.json $type sdpa ;; esac
}

adapters() {
  wanted decode-8-adapters || return 0
  lorax decode-8-adapters decode --config $here/llama.json --dtype bf16 --rank 4 --targets query,key,value --batch 8 --adapters 8
}

prefill() {
  local length=$1 work=prefill-llama-$1
  wanted "$work" || return 0
  lorax "$work" prefill --config $here/llama.json --dtype bf16 --rank 4 --targets query,key,value --seq $length --steps 5
  llama "$work" bf16 -p $length -n 0
}

start() {
  wanted start || return 0
  lorax start start
}

if [ "${1:-}" != --table ]; then
  mkdir -p "$results"
  : > "$records"
  make_models
  for round in $(seq "$rounds"); do
    echo "round $round of $rounds" >&2
    for shape in gpt2 llama; do
      for type in f32 bf16; do
        train $shape $type
      done
    done
    for type in bf16 int8 int4; do
      decode $type
    done
    adapters
    prefill 256
    prefill 2048
    start
  done
else
  shift
fi

table=$results/table.md
"${JAVA_HOME:+$JAVA_HOME/bin/}java" -cp "lorax-cli/target/lib/*" $here/ComparisonTable.java "$records" > "$table"
if [ "${1:-}" = --readme ]; then
  awk -v table="$table" '
    /<!-- benchmarks:begin -->/ { print; while ((getline line < table) > 0) print line; inside = 1 }
    /<!-- benchmarks:end -->/ { inside = 0 }
    !inside && !/<!-- benchmarks:begin -->/ { print }' README.md > "$results/README.md"
  cp "$results/README.md" README.md
fi
cat "$table"
