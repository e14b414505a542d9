/*
 * radios.ts: boards with Meshtastic on which a node's UART can be put: pins of the Serial module.
 * Way: data here -> set-up of a radio (scripts/technician/radio), its page.
 * Source: pins as the firmware's own definitions name them (github.com/meshtastic/firmware, file given with each). None was
 * tried on hardware here: look at your board's drawing before you solder.
 */

/** One board. */
export interface RadioBoard {
  /** As `--board` takes it. */
  name: string;
  /** Name of the board in Meshtastic's HardwareModel, by which a radio tells what it is. */
  hardware: string;
  title: string;
  /** GPIO number on which the radio hears the node (to the node's TX). Never 0: the firmware takes 0 for "not set". */
  rxd: number;
  /** GPIO number on which the radio speaks (to the node's RX). Never 0. */
  txd: number;
  /** What is printed at these pins. */
  printed: { rxd: string; txd: string };
  source: string;
}

/** The boards whose pins are known. */
export const RADIO_BOARDS: readonly RadioBoard[] = [
  {
    name: 'rak4631',
    hardware: 'RAK4631',
    title: 'RAK WisBlock 4631',
    rxd: 15,
    txd: 16,
    printed: { rxd: 'RX1', txd: 'TX1' },
    source: 'variants/nrf52840/rak4631/variant.h: PIN_SERIAL1; shared with a GPS in slot A',
  },
  {
    name: 'tbeam',
    hardware: 'TBEAM',
    title: 'LILYGO T-Beam',
    rxd: 35,
    txd: 15,
    printed: { rxd: 'IO35', txd: 'IO15' },
    source: 'src/modules/SerialModule.cpp: recommended there',
  },
  {
    name: 'heltec-t114',
    hardware: 'HELTEC_MESH_NODE_T114',
    title: 'Heltec Mesh Node T114',
    rxd: 9,
    txd: 10,
    printed: { rxd: 'P0.09', txd: 'P0.10' },
    source: 'variants/nrf52840/heltec_mesh_node_t114/variant.h: PIN_SERIAL2',
  },
  {
    name: 'heltec-v3',
    hardware: 'HELTEC_V3',
    title: 'Heltec WiFi LoRa 32 V3',
    rxd: 47,
    txd: 48,
    printed: { rxd: '47', txd: '48' },
    source: 'variants/esp32s3/heltec_v3/variant.h: pins it uses for nothing',
  },
  {
    name: 'xiao-nrf52840',
    hardware: 'XIAO_NRF52_KIT',
    title: 'Seeed XIAO nRF52840 with Wio-SX1262',
    rxd: 7,
    txd: 6,
    printed: { rxd: 'D7', txd: 'D6' },
    source:
      'variants/nrf52840/seeed_xiao_nrf52840_kit/variant.h: D7 and D6, where the GPS would be',
  },
];

/** The board that a radio says it is; undefined = its pins are not known here. */
export function radioBoardOf(hardware: string): RadioBoard | undefined {
  return RADIO_BOARDS.find((board) => board.hardware === hardware);
}
