/*
 * style.ts: how the bench page looks: big buttons, strong contrast, one column on a narrow screen; lengths are logical, so that it
 * turns round for languages from right to left.
 */

/** The style sheet. */
export const STYLE = `
:root { --ink: #14211f; --soft: #4a5a57; --line: #b9c6c3; --paper: #f4f7f6; --card: #fff; --act: #0b5c4f; --bad: #9b1c1c; --good: #17612a; }
* { box-sizing: border-box; }
body { margin: 0; font: 17px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
a { color: var(--act); }
.skip { position: absolute; inset-inline-start: -999px; }
.skip:focus { inset-inline-start: 8px; inset-block-start: 8px; background: #fff; padding: 8px; z-index: 2; }
header { display: flex; flex-wrap: wrap; gap: 8px 24px; align-items: center; padding: 12px 24px; background: var(--act); color: #fff; }
header h1 { font-size: 22px; margin: 0; margin-inline-end: auto; }
header a { color: #fff; padding: 8px; }
header a[aria-current] { font-weight: bold; text-decoration: none; }
main { display: grid; grid-template-columns: minmax(250px, 320px) 1fr; gap: 24px; padding: 20px 24px; max-width: 1280px; margin-inline: auto; }
@media (max-width: 760px) { main { grid-template-columns: 1fr; padding: 12px; } }
h2 { font-size: 19px; margin: 0 0 10px; }
h3 { font-size: 17px; margin: 0; }
.hint { color: var(--soft); font-size: 15px; }
button { font: inherit; min-block-size: 48px; padding: 8px 18px; border: 2px solid var(--act); border-radius: 8px; background: #fff; color: var(--act); cursor: pointer; }
button.big { background: var(--act); color: #fff; font-weight: bold; }
button:disabled { opacity: .5; cursor: default; }
:focus-visible { outline: 3px solid #d98200; outline-offset: 2px; }
.port { display: block; inline-size: 100%; text-align: start; margin-block-end: 10px; background: var(--card); color: var(--ink); border-color: var(--line); overflow-wrap: anywhere; }
.port[aria-pressed=true] { border-color: var(--act); box-shadow: inset 6px 0 0 var(--act); }
[dir=rtl] .port[aria-pressed=true] { box-shadow: inset -6px 0 0 var(--act); }
.port b { display: block; }
.port .mark { font-size: 15px; }
.port[data-state=done] .mark { color: var(--good); font-weight: bold; }
.port[data-state=failed] .mark { color: var(--bad); font-weight: bold; }
main > section:first-child { align-self: start; }
@media (min-width: 761px) { main:not(.wide) > section:first-child { position: sticky; inset-block-start: 20px; } }
input, select { font: inherit; min-block-size: 44px; padding: 6px 10px; border: 2px solid var(--line); border-radius: 8px; inline-size: 100%; background: #fff; color: var(--ink); }
label { display: block; font-size: 15px; }
.kinds { display: flex; gap: 8px; margin-block-end: 14px; }
.kinds button[aria-pressed=true] { background: var(--act); color: #fff; }
.step { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 14px 16px; margin-block-end: 12px; }
.step form { display: grid; grid-template-columns: repeat(auto-fill, minmax(190px, 1fr)); gap: 10px 14px; align-items: end; margin-block-start: 10px; }
.step form details { grid-column: 1 / -1; }
.step form details div { margin-block-start: 8px; }
.step form summary { padding-block: 8px; color: var(--act); cursor: pointer; }
.step .check { display: flex; gap: 8px; align-items: center; }
.step .check input { inline-size: 22px; min-block-size: 22px; }
.live { margin-block-start: 12px; border-inline-start: 6px solid var(--line); padding-inline-start: 12px; overflow-wrap: anywhere; }
.live[data-state=done] { border-color: var(--good); }
.live[data-state=failed] { border-color: var(--bad); }
.live .verdict { font-weight: bold; }
.live[data-state=done] .verdict { color: var(--good); }
.live[data-state=failed] .verdict { color: var(--bad); }
.live form { display: block; margin-block: 12px; }
.live form p { font-size: 20px; }
code { font-size: 15px; background: #e8efed; padding: 1px 4px; border-radius: 4px; }
.live p { margin: 6px 0; white-space: pre-line; }
progress { inline-size: 100%; block-size: 18px; accent-color: var(--act); }
table { border-collapse: collapse; inline-size: 100%; background: var(--card); }
th, td { text-align: start; padding: 6px 10px; border-block-end: 1px solid var(--line); vertical-align: top; }
.wiring svg { inline-size: 100%; block-size: auto; border: 1px solid var(--line); background: #fff; }
.away { background: var(--bad); color: #fff; padding: 12px 24px; }
.live td { overflow-wrap: normal; }
.live td:nth-child(2) { font-weight: bold; white-space: nowrap; }
.wide { display: block; }
.label { inline-size: 70mm; margin: 2mm; border: 1px dashed var(--line); background: #fff; }
a.button { display: inline-block; padding: 10px 18px; border: 2px solid var(--act); border-radius: 8px; text-decoration: none; }
.sheet { display: flex; flex-wrap: wrap; margin-block-start: 12px; }
[hidden] { display: none !important; }
@media print { header, .noprint { display: none; } body { background: #fff; } main { display: block; padding: 0; } .label { border-color: transparent; break-inside: avoid; } }
`;
