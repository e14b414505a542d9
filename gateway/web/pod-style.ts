/*
 * pod-style.ts: how the pod's page looks: also on browsers of 2014 (no grid, no variables, no logical lengths), on paper, and
 * from right to left. Colour is never alone: a word and a drawing stand beside it.
 */

/** Ink and paper of each status word; contrast of each pair is at least 4.5 (WCAG 2.2, 1.4.3). */
export const STATUS_COLOURS: Readonly<Record<string, readonly [ink: string, paper: string]>> = {
  'says-broken': ['#9b1c1c', '#fdecec'],
  tampered: ['#6b1d8c', '#f6eafb'],
  'no-news': ['#4a4a55', '#ececf0'],
  'never-heard': ['#4a4a55', '#ececf0'],
  'low-flow': ['#7a4b00', '#fff2d6'],
  idle: ['#1f4e79', '#e6eff8'],
  'in-use': ['#17612a', '#e6f4e9'],
  removed: ['#555555', '#f2f2f2'],
};
/** The other pairs of text and what is behind it. */
export const OTHER_COLOURS: readonly (readonly [ink: string, paper: string])[] = [
  ['#14211f', '#ffffff'],
  ['#4a5a57', '#ffffff'],
  ['#0b5c4f', '#ffffff'],
  ['#ffffff', '#0b5c4f'],
  ['#ffffff', '#9b1c1c'],
  ['#ffffff', '#17612a'],
];

const STATUS_RULES = Object.entries(STATUS_COLOURS)
  .map(([word, [ink, paper]]) => `.w-${word}{color:${ink};background:${paper};border-color:${ink}}`)
  .join('\n');

/** The style sheet. */
export const POD_STYLE = `*{box-sizing:border-box}
body{margin:0 auto;max-width:48rem;padding:0 10px 24px;font:18px/1.45 sans-serif;color:#14211f;background:#fff;overflow-wrap:break-word;word-wrap:break-word}
a{color:#0b5c4f}h1{font-size:1.35em;margin:.5em 0 .2em}h2{font-size:1.1em;margin:1.4em 0 .4em}p{margin:.4em 0}
.skip{position:absolute;width:1px;height:1px;overflow:hidden;clip:rect(0 0 0 0)}.skip:focus{position:static;width:auto;height:auto;clip:auto}
nav a,.langs a,.langs b{display:inline-block;padding:9px 12px 9px 0}[dir=rtl] nav a,[dir=rtl] .langs a,[dir=rtl] .langs b{padding:9px 0 9px 12px}
.soft{color:#4a5a57;font-size:.85em}.big{font-size:1.7em;font-weight:bold;line-height:1.2}
.i{width:1.5em;height:1.5em;vertical-align:-.35em;fill:currentColor}
ul.sites{list-style:none;margin:0;padding:0}ul.sites li{margin:0 0 10px}
.card{display:block;padding:10px 12px;border:0 solid;border-left-width:8px;border-radius:4px;text-decoration:none}
[dir=rtl] .card{border-left-width:0;border-right-width:8px}
.card b{font-size:1.05em}.card .big,.card .soft,.card .state{display:block}.card .soft{color:inherit}.state{font-weight:bold}
${STATUS_RULES}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:6px 4px;border-bottom:1px solid #b9c6c3;vertical-align:top}
[dir=rtl] th,[dir=rtl] td{text-align:right}th{font-weight:normal}td{font-weight:bold}td .soft{display:block;font-weight:normal}
button{font:inherit;font-weight:bold;width:100%;min-height:56px;margin:0 0 10px;border:0;border-radius:6px;color:#fff;cursor:pointer}
button .i{margin:0 .3em}.no{background:#9b1c1c}.yes{background:#17612a}
button:focus,a:focus{outline:3px solid #d98200}
.bars{display:block;width:100%;height:90px;margin:0 0 10px}.bars rect,.goal rect{fill:#0b5c4f}.bars .part,.goal .part{fill:#8fb5ad}.bars .runs{fill:#fff;stroke:#0b5c4f;stroke-width:1.5;vector-effect:non-scaling-stroke}
.spark{float:right;width:5.5em;height:1.4em;margin:.3em 0 0 .4em;font-size:.55em}[dir=rtl] .spark{float:left;margin:.3em .4em 0 0}.spark path{stroke:currentColor;stroke-width:3}.spark .part{stroke-opacity:.45}
.goal{display:block;width:100%;height:14px;background:#e3eae8}.one{margin:0 0 1.6em}
.choice a,.choice b{display:inline-block;min-height:44px;padding:9px 12px 9px 0}[dir=rtl] .choice a,[dir=rtl] .choice b{padding:9px 0 9px 12px}
.plain{background:#fff;color:#0b5c4f;border:2px solid #0b5c4f}[hidden]{display:none}
label{display:block}textarea{font:inherit;width:100%;margin:0 0 10px;padding:8px;border:1px solid #4a5a57;border-radius:6px}
summary{min-height:44px;padding:9px 0;color:#0b5c4f;cursor:pointer}details[open]{margin-bottom:1em}
ul.notes{list-style:none;margin:0;padding:0}ul.notes li{padding:8px 0;border-bottom:1px solid #b9c6c3}b.bad{background:none;padding:0;color:#9b1c1c}.good{color:#17612a}
.told{padding:10px 12px;background:#e6f4e9;color:#17612a;font-weight:bold}.bad{background:#fdecec;color:#9b1c1c}
.notice{border-left:6px solid #9b1c1c;padding:2px 12px;margin:10px 0}.notice h2{margin:0}pre{white-space:pre-wrap;font-size:1em}
label{display:block;margin:0 0 10px}input,select,textarea{font:inherit;width:100%;min-height:48px;padding:8px;border:1px solid #4a5a57;border-radius:4px;color:inherit;background:#fff}
input[type=checkbox]{width:24px;min-height:24px;vertical-align:middle}summary{padding:12px 0;border-bottom:1px solid #b9c6c3;cursor:pointer}.wait{background:#fff2d6;color:#7a4b00}
code,.loose th,.loose td{word-break:break-word;overflow-wrap:anywhere}
.ind{margin:0 0 12px}.ind b{display:block}
@media print{nav,.langs,.skip,form,.noprint{display:none}body{max-width:none;font-size:11pt;padding:0}a{color:inherit;text-decoration:none}@page{size:A4;margin:14mm}
tr{page-break-inside:avoid}}
.week th,.week td{border:1px solid #b9c6c3;font-size:.85em}.week td{white-space:nowrap}.scroll{overflow-x:auto;max-width:100%}
@media print{.week th,.week td{border-color:#555;padding:4px 2px;font-size:.8em}.scroll{overflow:visible}}`;
