/*
 * site-script.ts: the small script of a site's page: the number read aloud where the browser has a voice for the language, and
 * the chart, whose own script comes only when somebody taps. ES5, for old phones. Without it all of the page can be read.
 */

/** ES5. Buttons stand hidden in the page; it may be replaced by a newer one at any time (frame.ts), so they are found anew. */
export const SITE_SCRIPT = `(function () {
  var isOpen = false;
  function one(what) { return document.querySelector('[data-' + what + ']'); }
  function voiceFor(language) {
    var voices = window.speechSynthesis ? speechSynthesis.getVoices() : [];
    for (var at = 0; at < voices.length; at++) {
      if (voices[at].lang.toLowerCase().replace('_', '-').split('-')[0] === language) return voices[at];
    }
    return null;
  }
  function speak(button) {
    var words = new SpeechSynthesisUtterance(button.getAttribute('data-say'));
    words.voice = voiceFor(button.getAttribute('data-locale'));
    words.lang = words.voice ? words.voice.lang : button.getAttribute('data-locale');
    speechSynthesis.cancel();
    speechSynthesis.speak(words);
  }
  function draw() {
    var button = one('chart');
    if (button && window.tallywellChart) {
      button.hidden = true;
      window.tallywellChart(button, document.getElementById('chart'));
    }
  }
  function load(button) {
    isOpen = true;
    if (window.tallywellChart) return draw();
    var script = document.createElement('script');
    script.src = button.getAttribute('data-chart');
    script.onload = draw;
    document.body.appendChild(script);
  }
  function show() {
    var say = one('say'), chart = one('chart');
    if (say) say.hidden = voiceFor(say.getAttribute('data-locale')) === null;
    if (!chart) return;
    if (isOpen) draw();
    else chart.hidden = !document.createElement('canvas').getContext;
  }
  document.addEventListener('click', function (event) {
    var button = event.target;
    while (button && button.nodeName !== 'BUTTON') button = button.parentNode;
    if (!button) return;
    if (button.getAttribute('data-say') !== null) speak(button);
    if (button.getAttribute('data-chart') !== null) load(button);
  });
  document.addEventListener('tallywell-content', show);
  // Voices come late in some browsers.
  if (window.speechSynthesis) speechSynthesis.onvoiceschanged = show;
  show();
})();
`;

/** ES5, after uPlot's own code. Draws what the page's table says, with the digits of the reader's language. */
export const CHART_SCRIPT = `
;(function () {
  var style = document.createElement('style');
  style.textContent = window.tallywellChartStyle;
  document.head.appendChild(style);
  function digits(locale) {
    try {
      var format = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
      return function (value) { return format.format(value); };
    } catch (error) { return String; }
  }
  window.tallywellChart = function (button, place) {
    var details = place.nextElementSibling;
    var rows = [].slice.call(details.querySelectorAll('tr'));
    var names = rows.map(function (row) { return row.querySelector('th').textContent; });
    var number = digits(button.getAttribute('data-locale'));
    var counts = rows.map(function (row) {
      var value = row.getAttribute('data-v');
      return value === null ? null : Number(value);
    });
    var whole = counts.map(function (value, at) { return rows[at].hasAttribute('data-part') ? null : value; });
    var part = counts.map(function (value, at) { return rows[at].hasAttribute('data-part') ? value : null; });
    // So many names as there is room for, the newest among them.
    var step = Math.ceil(names.length / Math.max(1, Math.floor(place.clientWidth / 110))), marks = [];
    for (var at = names.length - 1; at >= 0; at -= step) marks.unshift(at);
    var bars = uPlot.paths.bars({ size: [0.7, 60] });
    place.textContent = '';
    place.dir = 'ltr';
    // The table below says the same to who does not see it.
    place.setAttribute('aria-hidden', 'true');
    place.chart = new uPlot({
      width: place.clientWidth, height: 240, legend: { show: false }, padding: [12, 44, 0, 0],
      scales: { x: { time: false, range: [-0.6, names.length - 0.4] }, y: { range: function (chart, least, most) { return [0, Math.max(1, most * 1.05)]; } } },
      cursor: { drag: { x: false, y: false } },
      axes: [
        { grid: { show: false }, splits: function () { return marks; },
          values: function () { return marks.map(function (one) { return names[one]; }); } },
        { size: 64, label: button.getAttribute('data-unit'), labelSize: 22, values: function (chart, of) { return of.map(number); } }
      ],
      series: [
        {},
        { fill: '#0b5c4f', stroke: '#0b5c4f', paths: bars, points: { show: false } },
        { fill: '#8fb5ad', stroke: '#8fb5ad', paths: bars, points: { show: false } }
      ]
    }, [names.map(function (name, at) { return at; }), whole, part], place);
  };
})();
`;
