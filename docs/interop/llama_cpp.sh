#!/usr/bin/env bash
# Writes small random models, merged and with adapters, and the demo's, as GGUF, runs llama.cpp over them greedily,
# and compares tokens with ours. Usage: docs/interop/llama_cpp.sh [LLAMA_SERVER]   (else the one on the PATH)
# Build first: mvn -q -DskipTests package
set -euo pipefail
cd "$(dirname "$0")/../.."
server=${1:-$(command -v llama-server || true)}
[ -n "$server" ] || { echo "usage: docs/interop/llama_cpp.sh LLAMA_SERVER" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
echo "llama.cpp $("$server" --version 2>&1 | sed -n 's/^version: //p')"
"$java" -cp lorax-cli/target/lorax.jar docs/interop/LlamaCpp.java "$work" "$server" 2> "$work/errors" || { cat "$work/errors" >&2; exit 1; }
