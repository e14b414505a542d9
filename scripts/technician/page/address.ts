/*
 * address.ts: is this an address of a board or radio? Pure.
 */

/** /dev/…, COM3, or tcp://host with a port or without. */
export function isAddress(text: string): boolean {
  if (/^\/dev\/[\w./:-]{1,200}$/.test(text) && !text.includes('..')) return true;
  return /^COM\d{1,3}$/.test(text) || /^tcp:\/\/[\w.-]{1,200}(:\d{1,5})?$/.test(text);
}
