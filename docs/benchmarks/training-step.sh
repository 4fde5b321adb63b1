#!/usr/bin/env bash
# Pairs training steps of Lorax and PEFT on the same shapes: docs/benchmarks/training-step.sh PYTHON [ROUNDS]
# PYTHON has torch, transformers and peft. Build first: mvn -q -DskipTests package
set -euo pipefail
cd "$(dirname "$0")/../.."
python=${1:?usage: docs/benchmarks/training-step.sh PYTHON [ROUNDS]}
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
export OMP_WAIT_POLICY=passive # as the launcher does
lorax() { "$java" -cp lorax-cli/target/lorax.jar docs/benchmarks/TrainingStep.java "$@" 2> /dev/null; }
peft() { "$python" docs/benchmarks/peft_step.py "$@" 2> /dev/null; }
for shape in gpt2 llama; do
  echo "== $shape shape, 2 x 256 tokens, rank 4 on query, key, value"
  for _ in $(seq "${2:-3}"); do
    for dtype in f32 bf16; do
      lorax docs/benchmarks/$shape.json $dtype 8
      peft docs/benchmarks/$shape.json $dtype 8
    done
    peft docs/benchmarks/$shape.json bf16 8 eager
  done
done
