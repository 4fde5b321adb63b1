#!/usr/bin/env bash
# Opens reports in Chromium, headless: docs/checks/report-in-browser.sh [REPORT.html ...]
# Without arguments, those that HtmlReportTest leaves, and one of a short demo. For each it checks that the console
# stays silent, that every plot has a size, that a pointer over it shows values, and that the colours can be switched.
# SCREENSHOTS=DIR also leaves pictures there, light, dark and narrow. It needs chromium or google-chrome on the PATH.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
  printf 'error: %s\n' "$1" >&2
  exit 1
}

browser=
for name in chromium chromium-browser google-chrome google-chrome-stable; do
  [ -n "$browser" ] || browser=$(command -v "$name" || true)
done
[ -n "$browser" ] || fail "no Chromium found: install chromium or google-chrome"

# open FILE OPTIONS...: what it prints and logs goes where the caller sends it
open() {
  local file
  file=$(realpath "$1")
  shift
  "$browser" --headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking \
    --disable-component-update --disable-sync --hide-scrollbars --user-data-dir="$work/profile" \
    --enable-logging=stderr --virtual-time-budget=3000 "$@" "file://$file"
}

# The page itself may run no script but its own, so a copy without that rule is what is asked.
probe() {
  sed -e '/Content-Security-Policy/d' -e 's#</body>#<script>ask();</script></body>#' "$1" |
    sed -e '/<script>ask();/{
      r '"$work/ask.js"'
      s/<script>ask();.*//
    }' >"$work/probe.html"
}

cat >"$work/ask.js" <<'END'
<script>
const answer = { sizes: [], tips: [] };
for (const plot of document.querySelectorAll('figure')) {
  const box = plot.querySelector('svg').getBoundingClientRect();
  answer.sizes.push(Math.round(box.width) + 'x' + Math.round(box.height));
  plot.querySelector('svg').dispatchEvent(new PointerEvent('pointermove',
    { clientX: box.left + box.width / 2, clientY: box.top + box.height / 2 }));
  answer.tips.push(plot.querySelector('output').textContent.replaceAll('\n', ', '));
}
const paper = () => getComputedStyle(document.body).backgroundColor;
const before = paper();
document.querySelector('header button').click();
answer.switched = before !== paper();
answer.scrolls = document.documentElement.scrollWidth > document.documentElement.clientWidth;
document.documentElement.dataset.answer = JSON.stringify(answer);
</script>
</body></html>
END

check() {
  local answer
  open "$1" --dump-dom >"$work/dom" 2>"$work/log"
  ! grep -q CONSOLE "$work/log" || fail "$1: $(grep -m1 CONSOLE "$work/log")"
  probe "$1"
  for width in 1200 390; do
    open "$work/probe.html" --dump-dom --window-size=$width,900 >"$work/dom" 2>"$work/log"
    ! grep -q CONSOLE "$work/log" || fail "$1: $(grep -m1 CONSOLE "$work/log")"
    answer=$(sed -n 's/.*data-answer="\([^"]*\)".*/\1/p' "$work/dom" | sed 's/&quot;/"/g')
    [[ $answer == *'"switched":true'* ]] || fail "$1: the switch for dark colours does nothing: $answer"
    [[ $answer == *'"scrolls":false'* ]] || fail "$1: wider than a window of $width: $answer"
    [[ $answer =~ \"sizes\":\[\"[1-9] ]] || fail "$1: no plot: $answer"
    [[ ! $answer =~ \"0x|x0\" ]] || fail "$1: a plot without size: $answer"
    [[ ! $answer =~ \"tips\":\[(.*,)?\"\" ]] || fail "$1: a plot that shows no values: $answer"
    [[ ! $answer =~ NaN|undefined ]] || fail "$1: values that are none: $answer"
  done
  printf 'ok  %s\n      %s\n' "$1" "$answer"
}

# Wider than a phone, since Chromium makes no window narrower than 500.
pictures() {
  local name
  name=$SCREENSHOTS/$(basename "$1" .html)
  open "$1" --window-size=1200,2600 --screenshot="$name-light.png" 2>"$work/log"
  open "$1" --window-size=1200,2600 --blink-settings=preferredColorScheme=0 --screenshot="$name-dark.png" 2>"$work/log"
  open "$1" --window-size=500,2600 --screenshot="$name-narrow.png" 2>"$work/log"
}

if [ $# -eq 0 ]; then
  pages=lorax-cli/target/report-pages
  [ -d $pages ] || fail "no reports in $pages: run mvn verify first, or name some"
  ./lorax demo --steps 40 --out "$work/demo" >"$work/told" 2>&1 || fail "the demo failed: $(tail -n 1 "$work/told")"
  set -- $pages/*.html "$work/demo/report.html"
fi
for page in "$@"; do
  check "$page"
  if [ -n "${SCREENSHOTS:-}" ]; then pictures "$page"; fi
done
