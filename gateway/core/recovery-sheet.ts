/*
 * recovery-sheet.ts: the sheet of paper on which the pod's recovery key lives.
 * Way: words, QR code, name of the pod -> one A4 page of HTML that needs nothing from outside.
 * Pure.
 */

/** What stands on the sheet. */
export interface RecoverySheet {
  pod: string;
  words: string[];
  /** SVG element. */
  qr: string;
  /** 64 hex digits. */
  publicKey: string;
  fingerprint: string;
  /** Day it was made, in words. */
  made: string;
}

const STYLE = `@page{size:A4;margin:18mm}body{font:12pt/1.45 sans-serif;color:#000;max-width:174mm;margin:0 auto}
h1{font-size:20pt;margin:0 0 2mm}ol.w{columns:3;font:bold 13pt monospace;padding-left:12mm;border:1pt solid #000;padding-top:3mm;padding-bottom:3mm}
ol.w li{padding:.8mm 0}.q{float:right;width:46mm;margin:0 0 4mm 6mm}.q svg{width:46mm;height:46mm}code{font-size:10pt;word-break:break-all}`;

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** A page to print. */
export function recoverySheet(sheet: RecoverySheet): string {
  const pod = escaped(sheet.pod);
  const words = sheet.words.map((word) => `<li>${escaped(word)}</li>`).join('');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Recovery key of ${pod}</title><style>${STYLE}</style></head><body>
<h1>Recovery key of the pod &ldquo;${pod}&rdquo;</h1>
<div class="q">${sheet.qr}</div>
<p>With these 24 words a new gateway can take the place of one that was stolen or broke.
<b>Whoever has them can take over the pod.</b> Keep this sheet far from the gateway, where papers of value are kept.
Take no photograph. Give a second print to somebody you trust.</p>
<ol class="w">${words}</ol>
<p>Made ${escaped(sheet.made)}. Fingerprint <b>${escaped(sheet.fingerprint)}</b>. Public half, for the nodes (recoveryKey):<br>
<code>${escaped(sheet.publicKey)}</code></p>
<h2>The gateway is gone. What to do?</h2>
<ol><li>Install Tallywell on a new Raspberry Pi. If there is a backup, restore it first.</li>
<li>Run <code>tallywell recovery-key new-gateway --data DIR</code> and type the words, or scan the QR code.</li>
<li>Start the gateway with the register of the pod and a radio of the pod&rsquo;s channel.</li>
<li>Wait a day. The nodes take the new key by themselves and send again what they still keep.</li></ol>
<h2>Once a year</h2>
<p>Run <code>tallywell recovery-key drill --data DIR</code> and type the words. It proves that this sheet is right and sends nothing.
Write the date here:</p><p>________________ &nbsp; ________________ &nbsp; ________________ &nbsp; ________________</p>
</body></html>
`;
}
