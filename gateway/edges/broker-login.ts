/*
 * broker-login.ts: reads how to prove oneself to an external broker: user name, password file, authority's certificate.
 * Way: files -> memory -> TLS and CONNECT. A password is only ever in its file: not in the address, the command line,
 * the log or an answer. The files are read again for each connection, so that a changed password needs no restart.
 */
import { readFileSync, statSync } from 'node:fs';

/** Where the login is written. */
export interface LoginFiles {
  username?: string;
  /** File whose first line is the password. */
  passwordFile?: string;
  /** PEM file of the authority that signed the broker's certificate. */
  caFile?: string;
}

/** What a connection needs. */
export interface Login {
  username?: string;
  password?: string;
  ca?: string;
}

function read(path: string, what: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`${what} ${path} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

/** @returns a warning when others on this machine may read the password; null = nobody may. */
export function passwordFileWarning({ passwordFile }: LoginFiles): string | null {
  if (passwordFile === undefined || (statSync(passwordFile).mode & 0o077) === 0) return null;
  return `others may read ${passwordFile}: run chmod 600 ${passwordFile}`;
}

/** Reads the files now. Throws: in plain words, when one is missing, empty, or no certificate. */
export function readLogin({ username, passwordFile, caFile }: LoginFiles): Login {
  const login: Login = { username };
  if (passwordFile !== undefined) {
    const [line] = read(passwordFile, "the broker's password file").split(/\r?\n/, 1);
    if (line === '') throw new Error(`the broker's password file ${passwordFile} is empty`);
    if (username === undefined) {
      throw new Error('a password for the broker needs a user name beside it');
    }
    login.password = line;
  }
  if (caFile !== undefined) {
    login.ca = read(caFile, "the certificate of the broker's authority");
    if (!login.ca.includes('-----BEGIN CERTIFICATE-----')) {
      throw new Error(`${caFile} holds no certificate (PEM: -----BEGIN CERTIFICATE-----)`);
    }
  }
  return login;
}

/**
 * The address and user name to connect with. Throws: an address with a password in it, for everybody on the machine
 * can read it in the list of processes; one that is not MQTT's.
 */
export function checkedBrokerUrl(text: string): { url: string; username?: string } {
  if (!URL.canParse(text)) throw new Error(`broker "${text}": write mqtt://host:port`);
  const url = new URL(text);
  if (url.password !== '') {
    throw new Error(
      'broker: the address holds a password, which everybody on this machine could read; put it into a file of its own (passwordFile, --mqtt-password-file)',
    );
  }
  if (!['mqtt:', 'mqtts:', 'ws:', 'wss:'].includes(url.protocol)) {
    throw new Error(`broker "${text}": write mqtt://host:port, or mqtts://host:port for TLS`);
  }
  const username = url.username === '' ? undefined : decodeURIComponent(url.username);
  url.username = '';
  return { url: url.href, username };
}
