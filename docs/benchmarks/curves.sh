#!/usr/bin/env bash
# How time and memory grow with batch, length, width, depth, rank and adapters: docs/benchmarks/curves.sh
# It draws docs/images/cost-curves.svg. PREFIX is a command before each run; RESULTS is where the figures go.
# Everything that does not grow stays at the values below. Build first: mvn -q -DskipTests package
set -euo pipefail
cd "$(dirname "$0")/../.."
results=${RESULTS:-lorax-cli/target/benchmarks}
read -ra prefix <<< "${PREFIX:-}"
mkdir -p "$results"
: > "$results/curves.json"
batch=2 length=256 width=512 depth=6 rank=8

# run AXIS X BENCHMARK OPTIONS...: with the present values
run() {
  local axis=$1 x=$2 bench=$3
  shift 3
  printf '%s  %s %s\n' "$(date +%T)" "$axis" "$x" >&2
  cat > "$results/shape.json" <<END
{"model_type": "llama", "vocab_size": 8000, "hidden_size": $width, "intermediate_size": $((width * 8 / 3)),
 "num_hidden_layers": $depth, "num_attention_heads": $((width / 64)), "num_key_value_heads": $((width / 64)),
 "max_position_embeddings": 4096, "rms_norm_eps": 1e-05, "tie_word_embeddings": false}
END
  if ${prefix[@]+"${prefix[@]}"} env LORAX_JAVA_OPTS=-XX:TieredStopAtLevel=4 ./lorax bench "$bench" --config "$results/shape.json" \
    --dtype bf16 --rank "$rank" --targets query,key,value "$@" --json > "$results/out.json" 2> "$results/err.txt"; then
    { printf '{"axis": "%s", "x": %s, "result": ' "$axis" "$x"; cat "$results/out.json"; echo '}'; } >> "$results/curves.json"
  else
    printf '  left out: %s\n' "$(tail -n 1 "$results/err.txt")" >&2
  fi
}

train() { run "$1" "$2" train --batch $batch --seq $length --steps 5; }

for batch in 1 2 4 8; do train 'batch, sequences' $batch; done; batch=2
for length in 64 128 256 512 1024; do train 'length, tokens' $length; done; length=256
for width in 256 512 768 1024; do train width $width; done; width=512
for depth in 2 4 8 12; do train 'depth, blocks' $depth; done; depth=6
for rank in 1 4 16 64; do train rank $rank; done; rank=8
for adapters in 1 2 4 8; do
  run 'adapters, batch of 8' $adapters decode --batch 8 --adapters $adapters --tokens 32 --rounds 3
done
note="Training (2 x 256 tokens) and decoding of a Llama 512 wide with 6 blocks and 8,000 tokens, bf16 base, rank 8 on query, key, value"
./lorax bench draw "$results/curves.json" --note "$note" --out docs/images/cost-curves.svg
