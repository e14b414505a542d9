/*
 * What: the link over the board's own radio chip, as the configuration sets it. Without settings the node only counts.
 * From where to where: entries/ -> lora.ts over sx1262.ts. Espruino-safe.
 */
import type { Board } from '../board';
import type { Link } from '../link';
import { createSx1262 } from '../lora/sx1262';
import { createLoraLink } from './lora';

/** Makes the link; the board has the doors `lora` and `cipher`. */
export function createConfiguredLoraLink(board: Board): Link {
  const config = board.config ? board.config.lora : undefined;
  if (config && board.lora) return createLoraLink(board, config, createSx1262(board, board.lora));
  return {
    start: () => board.say('no lora in tw.cfg: counting, not sending'),
    send: () => false,
    setGateway: () => {},
  };
}
