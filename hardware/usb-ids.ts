/*
 * usb-ids.ts: what a USB device probably is, by vendor and product: data.
 * From: Espruino's targets/nrf5x/app_config.h and targetlibs/stm32usb/usbd_desc.c; hwids of the board files in Meshtastic's firmware
 * (239a, 303a, 2886:0059, 1a86:7523). XIAO's own ids (2886:0044 …) and the other adapter chips: as commonly known, not looked up.
 * To: `tallywell ports`.
 * An adapter chip tells nothing of what is behind it: most Meshtastic radios with an ESP32 have one.
 */

/** What it may be. adapter: a serial adapter, of a radio or in a cable. */
export type UsbGuess = 'espruino' | 'meshtastic' | 'bootloader' | 'adapter';

/** A device. Ids are 4 hex digits, small letters, as serialport tells them. */
export interface UsbId {
  vendorId: string;
  /** '' = any product of this vendor. */
  productId: string;
  guess: UsbGuess;
  name: string;
}

export const USB_IDS: readonly UsbId[] = [
  { vendorId: '1915', productId: '520f', guess: 'espruino', name: 'Espruino (nRF52840)' },
  { vendorId: '0483', productId: '5740', guess: 'espruino', name: 'Espruino (STM32)' },
  { vendorId: '2886', productId: '0044', guess: 'bootloader', name: 'XIAO nRF52840' },
  { vendorId: '2886', productId: '0045', guess: 'bootloader', name: 'XIAO nRF52840 Sense' },
  { vendorId: '2886', productId: '8044', guess: 'meshtastic', name: 'XIAO nRF52840' },
  { vendorId: '2886', productId: '8045', guess: 'meshtastic', name: 'XIAO nRF52840 Sense' },
  { vendorId: '2886', productId: '0059', guess: 'meshtastic', name: 'Seeed (nRF52840)' },
  { vendorId: '239a', productId: '0029', guess: 'bootloader', name: 'RAK4631, T-Echo' },
  { vendorId: '239a', productId: '', guess: 'meshtastic', name: 'nRF52840 (RAK4631, T-Echo)' },
  { vendorId: '303a', productId: '', guess: 'meshtastic', name: 'ESP32-S3, ESP32-C3' },
  { vendorId: '10c4', productId: 'ea60', guess: 'adapter', name: 'CP2102' },
  { vendorId: '1a86', productId: '', guess: 'adapter', name: 'CH340, CH9102' },
  { vendorId: '0403', productId: '', guess: 'adapter', name: 'FTDI' },
];

/** The first that fits; null = not known. */
export function usbIdOf(vendorId: string, productId: string): UsbId | null {
  const [vendor, product] = [vendorId.toLowerCase(), productId.toLowerCase()];
  const fits = (id: UsbId) =>
    id.vendorId === vendor && (id.productId === '' || id.productId === product);
  return USB_IDS.find(fits) ?? null;
}
