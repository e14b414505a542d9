/*
 * What: the door to a Wio-SX1262 that is pushed onto a XIAO nRF52840.
 * From where to where: Espruino's SPI and pins -> LoraDoor of the Board interface.
 * Source: wiki.seeedstudio.com, Wio-SX1262 for XIAO: NSS D4, RST D2, BUSY D3, DIO1 D1, antenna switch D5, SCK D8, MISO D9,
 * MOSI D10. Espruino-safe.
 */
import type { LoraDoor } from '../board';

/** The chip takes up to 16 MHz; slower is sure. */
const SPI_BAUD = 4000000;

export function createXiaoLoraDoor(): LoraDoor {
  pinMode(D3, 'input');
  pinMode(D1, 'input');
  digitalWrite(D4, 1);
  digitalWrite(D2, 1);
  SPI1.setup({ sck: D8, miso: D9, mosi: D10, baud: SPI_BAUD });
  return {
    transfer: (bytes) => new Uint8Array(SPI1.send(bytes, D4)),
    // Each call takes longer than the 0.1 ms that the chip wants.
    reset: () => {
      digitalWrite(D2, 0);
      digitalWrite(D2, 1);
    },
    isBusy: () => digitalRead(D3) === 1,
    setAntennaSwitch: (isOn) => digitalWrite(D5, isOn ? 1 : 0),
    onDio1: (fn) => {
      setWatch(fn, D1, { repeat: true, edge: 'rising', debounce: 0 });
    },
  };
}
