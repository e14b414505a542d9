/*
 * options.ts: how a gateway is started. Types only.
 * Way: command line and configuration (config/to-options.ts), tests, village -> startGateway.
 */
import type { Log } from './edges/log';

/** How a gateway is started. */
export interface GatewayOptions {
  /** Folder for database and key; made when it is not there. */
  dataDir: string;
  /** Radios of the pod, one or more, each tcp://host[:port] or serial:/dev/serial/by-id/… */
  radios: string[];
  /** Register file (JSON), imported at each start. */
  registerFile?: string;
  /** Name of the pod in topics; else the register's, else the one stored, else "pod". */
  pod?: string;
  /** External broker; without it an embedded one is started. */
  mqttUrl?: string;
  /** Address HTTP and the embedded broker bind. Default 127.0.0.1: this machine only. */
  host?: string;
  /** Port of the embedded broker without TLS, 0 = any free one, null = none (then mqttTls). Default 1883. */
  mqttPort?: number | null;
  /** The same for one of the two; each goes before `host`. */
  httpHost?: string;
  mqttHost?: string;
  /** 0 = any free one. */
  httpPort?: number;
  /** TLS of the embedded broker, on a port of its own beside the plain one. */
  mqttTls?: TlsOptions;
  /** How to prove oneself to the external broker. */
  mqttLogin?: BrokerLogin;
  /** May clients of an external broker send requests (bridge/request/…)? Its own ACL must guard that topic. Default false. */
  mqttRequests?: boolean;
  /** Home Assistant discovery: prefix of its topics, usually "homeassistant". Without it nothing is told. */
  homeAssistantPrefix?: string;
  /** What somebody without account may do over HTTP and MQTT. Default reader. */
  anonymous?: 'reader' | 'nobody';
  /**
   * Called at the start when there was no account at all: one was made, with this random password, which nobody can
   * ask for again. Without it none is made.
   */
  firstAccount?: (name: string, password: string) => void;
  /** Daily backups. Without it none are made. */
  backup?: BackupOptions;
  /** Start with an empty database though the key is there, so there was one. Default false: refuse. */
  startEmpty?: boolean;
  /** Longest a stored record waits for its commit, ms, 0..GROUP_COMMIT_MS. Default GROUP_COMMIT_MS. */
  holdBackMs?: number;
  /** Who keeps the clock. Default system. */
  clock?: ClockChoice;
  /** IANA name of the time zone in which people read times and days. Default UTC. */
  timeZone?: string;
  log?: Log;
}

/**
 * system: this machine, as far as there is evidence that its clock was set. machine: this machine, believed as it is
 * (a server or container whose clock somebody else keeps). parent: a parent process, over IPC.
 */
export type ClockChoice = 'system' | 'machine' | 'parent';

/** A certificate for a listener. */
export interface TlsOptions {
  /** 0 = any free one. */
  port: number;
  /** PEM files. */
  certFile: string;
  keyFile: string;
}

/** A login at an external broker. */
export interface BrokerLogin {
  username?: string;
  /** File whose first line is the password. */
  passwordFile?: string;
  /** PEM file of the authority that signed the broker's certificate. */
  caFile?: string;
}

/** How backups are made. */
export interface BackupOptions {
  /** Default DIR/backup. */
  folder?: string;
  /** Backups kept at each place, 1..365. Default 7. */
  keep?: number;
  /** Also copy to USB sticks that are mounted below /media or /run/media or /mnt. Default true. */
  usb?: boolean;
  /** Put the gateway's key beside each backup. Default true. */
  key?: boolean;
  /** Script whose verb `backup` makes them, in a process of its own. Default: the one that runs. */
  program?: string;
}
