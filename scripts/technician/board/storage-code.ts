/*
 * storage-code.ts: expressions that a board evaluates about its Storage. Pure.
 * Way: names and places -> text for the console. Source: Espruino 2v29 reference, Storage.
 */

/** A JavaScript string of a name; also with characters that a console would not take. */
export function quoted(text: string): string {
  return JSON.stringify(text).replace(/[^\x20-\x7e]/g, (character) => {
    return `\\u${`000${character.charCodeAt(0).toString(16)}`.slice(-4)}`;
  });
}

const STORAGE = 'require("Storage")';

/** [length, CRC-32] of a file; null = there is none. */
export function checkCode(name: string): string {
  return `(function(f){return f===undefined?null:[f.length,E.CRC32(f)]})(${STORAGE}.read(${quoted(name)}))`;
}

/** A piece of a file, base64. */
export function readCode(name: string, offset: number, length: number): string {
  return `btoa(${STORAGE}.read(${quoted(name)},${offset},${length}))`;
}

/** Names of all files. */
export const LIST_CODE = `${STORAGE}.list()`;

/** 1 = a program of ours lies in one of its slots. */
export const HAS_PROGRAM_CODE = `(function(s){return s.read("tw.a",0,1)||s.read("tw.b",0,1)?1:0})(${STORAGE})`;

/** Erases a file; it may be missing. */
export function eraseCode(name: string): string {
  return `(${STORAGE}.erase(${quoted(name)}),1)`;
}

/** [board, version, serial number, all variables, free variables, Storage bytes, free bytes, bytes that erased files hold]. */
export const IDENTITY_CODE = `(function(e,m,s){return[e.BOARD,e.VERSION,getSerial(),m.total,m.free,s.totalBytes,s.freeBytes,s.trashBytes]})(process.env,process.memory(),${STORAGE}.getStats())`;

/** Makes a file of this length with nothing written in it. */
export function preallocateCode(name: string, length: number): string {
  return `${STORAGE}.write(${quoted(name)},"\\xff",0,${length})`;
}

/** [length, CRC-32 of all before the seal, CRC-32 of all before the seal's own CRC-32, the seal] of a program; null = no such file. */
export function sealCode(name: string): string {
  return `(function(t){return t===undefined?null:[t.length,E.CRC32(t.substr(0,t.length-24)),E.CRC32(t.substr(0,t.length-8)),t.substr(t.length-24)]})(${STORAGE}.read(${quoted(name)}))`;
}

/** Sequence of the program that the loader started; 0 = none. */
export const RUNNING_CODE =
  'typeof program=="string"&&program.length>24?parseInt(program.substr(program.length-18,8),16):0';

/**
 * A start that the bench asks for is no failed one: three within five minutes would bring safe mode. Adds "the count of starts
 * begins anew" to the loader's log (firmware/boot/boot-log.ts), where there is one with room; the loader renews a full one itself.
 */
export const ASKED_START_CODE =
  '(function(s,l){if(!l)return 0;for(var i=0;i+4<=l.length&&l.charCodeAt(i)!=255;)i+=4;if(i+4>l.length)return 0;' +
  `s.write("tw.boots",new Uint8Array([5,0,0,0]),i,l.length);return 1})(${STORAGE},${STORAGE}.read("tw.boots"))`;

/** Is this stretch of flash free, as the board itself says? */
export function isFreeCode(address: number, bytes: number): string {
  return `require("Flash").getFree().some(function(f){return f.addr<=${address}&&f.addr+f.length>=${address + bytes}})`;
}

/** With the program ended nobody kicks the watchdog, which cannot be stopped. */
export const KICK_CODE = '(setInterval(function(){E.kickWatchdog()},10000),1)';
