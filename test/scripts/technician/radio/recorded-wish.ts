/*
 * recorded-wish.ts: the orders in a recorded set-up, as messages of the official definitions.
 * Way: exchanges (JSON of the official definitions) -> orders with their fields.
 */
import { type DescMessage, fromJson, type JsonValue } from '@bufbuild/protobuf';
// @ts-expect-error the package names a file of types that it does not contain
import * as protobufs from '@meshtastic/protobufs';
import type { Message } from '../../../../scripts/technician/radio/official';
import type { Exchange } from './recorded-radio';

// biome-ignore lint/suspicious/noExplicitAny: the package has no types, see above
const { Admin } = protobufs as any;

/** One order that sets something. */
export interface RecordedOrder {
  kind: 'owner' | 'config' | 'module' | 'channel';
  /** Name of the section; '' of owner and channels. */
  name: string;
  message: Message;
}

type Sectioned = { payloadVariant: { case: string; value: Message } };

/** All of them, in order. */
export function ordersOf(exchanges: Exchange[]): RecordedOrder[] {
  return exchanges.flatMap(({ meaning }): RecordedOrder[] => {
    if (meaning.admin === undefined) return [];
    const schema = Admin.AdminMessageSchema as DescMessage;
    const { payloadVariant } = fromJson(schema, meaning.admin as JsonValue) as unknown as {
      payloadVariant: { case: string; value: Message };
    };
    const { case: order, value } = payloadVariant;
    if (order === 'setOwner') return [{ kind: 'owner', name: '', message: value }];
    if (order === 'setChannel') return [{ kind: 'channel', name: '', message: value }];
    if (order !== 'setConfig' && order !== 'setModuleConfig') return [];
    const section = (value as unknown as Sectioned).payloadVariant;
    const kind = order === 'setConfig' ? 'config' : 'module';
    return [{ kind, name: section.case, message: section.value }];
  });
}
