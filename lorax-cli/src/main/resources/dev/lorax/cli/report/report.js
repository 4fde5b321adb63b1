'use strict';
// The page is whole without this: it adds values under the pointer, and a switch for dark colours.
const dark = document.getElementById('dark');
const asTheSystem = matchMedia('(prefers-color-scheme: dark)');
const button = document.createElement('button');
let isDark = asTheSystem.matches;
const name = () => { button.textContent = isDark ? 'Light' : 'Dark'; };
button.onclick = () => {
  isDark = !isDark;
  dark.media = isDark ? 'screen' : 'not all';
  name();
};
name();
document.querySelector('header').append(button);

/** The value at a place of an axis that is given as "low high start end". */
const along = (axis, place) => {
  const [low, high, start, end] = axis.split(' ').map(Number);
  return low + (place - start) / (end - start) * (high - low);
};
const nearest = (points, x) =>
  Array.from(points).reduce((best, one) => Math.abs(best.x - x) > Math.abs(one.x - x) ? one : best);
const short = value => value.toLocaleString('en', { maximumSignificantDigits: 4 });

for (const figure of document.querySelectorAll('figure')) {
  const svg = figure.querySelector('svg');
  const lines = svg.querySelectorAll('polyline[data-label]');
  const tip = document.createElement('output');
  const cross = document.createElementNS(svg.namespaceURI, 'polyline');
  cross.setAttribute('class', 'axis');
  cross.setAttribute('pointer-events', 'none');
  tip.hidden = true;
  figure.append(tip);
  const leave = () => { tip.hidden = true; cross.remove(); };
  const show = event => {
    const box = svg.getBoundingClientRect();
    const scale = svg.viewBox.baseVal.width / box.width;
    const x = (event.clientX - box.left) * scale;
    const place = nearest(lines[0].points, x).x;
    const [, , bottom, top] = svg.dataset.y.split(' ');
    const [, , start, end] = svg.dataset.x.split(' ').map(Number);
    if (start - 8 > x || x > end + 8) {
      leave();
      return;
    }
    const values = Array.from(lines, line => {
      const point = nearest(line.points, place);
      const near = line.classList.contains('measured') ? 6 : Infinity; // few points: only close by
      return Math.abs(point.x - place) > near ? '' :
        '\n' + (line.dataset.label + ': ' + short(along(svg.dataset.y, point.y)) + ' ' + svg.dataset.unit).trim();
    });
    tip.textContent = 'step ' + Math.round(along(svg.dataset.x, place)).toLocaleString('en') + values.join('');
    cross.setAttribute('points', place + ',' + top + ' ' + place + ',' + bottom);
    svg.append(cross);
    tip.hidden = false;
    const left = box.left - figure.getBoundingClientRect().left + figure.scrollLeft + place / scale;
    const room = figure.scrollWidth - tip.offsetWidth - 4;
    tip.style.left = Math.max(0, left + 14 > room ? left - tip.offsetWidth - 14 : left + 14) + 'px';
    tip.style.top = '56px';
  };
  svg.addEventListener('pointermove', show);
  svg.addEventListener('pointerdown', show);
  svg.addEventListener('pointerleave', leave);
}
