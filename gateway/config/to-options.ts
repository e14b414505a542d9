/*
 * to-options.ts: from the configuration to what startGateway takes.
 * Way: Config -> GatewayOptions (gateway/opening.ts).
 */
import type { GatewayOptions } from '../options';
import type { Config } from './schema';

/** The options of a gateway with this configuration. Its `radios` may be empty: the caller says so before. */
export function gatewayOptionsOf(config: Config): GatewayOptions {
  const { http, mqtt, backup } = config;
  const { tls, external } = mqtt;
  const hasTls = tls.cert !== undefined && tls.key !== undefined;
  const { username, passwordFile, ca } = external;
  const hasLogin = username !== undefined || ca !== undefined;
  return {
    dataDir: config.data,
    radios: config.radios ?? [],
    registerFile: config.register,
    pod: config.pod,
    mqttUrl: external.url,
    httpHost: http.host,
    mqttHost: mqtt.host,
    mqttPort: hasTls && tls.only ? null : mqtt.port,
    httpPort: http.port,
    mqttTls: hasTls
      ? { port: tls.port, certFile: tls.cert as string, keyFile: tls.key as string }
      : undefined,
    mqttLogin: hasLogin ? { username, passwordFile, caFile: ca } : undefined,
    mqttRequests: external.requests,
    homeAssistantPrefix: config.homeAssistant.prefix,
    anonymous: config.anonymous,
    backup: backup.daily
      ? { folder: backup.folder, keep: backup.keep, usb: backup.usb, key: backup.key }
      : undefined,
    holdBackMs: config.holdBack * 1000,
    clock: config.clock,
    timeZone: config.timeZone,
  };
}
