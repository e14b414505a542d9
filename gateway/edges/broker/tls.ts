/*
 * tls.ts: the certificate of the TLS listener, and what is wrong with it in plain words.
 * Way: PEM files -> node:tls; read again when a client comes and the files have changed.
 * Source: RFC 8446, RFC 5280.
 */
import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { createSecureContext, createServer, type Server } from 'node:tls';
import { BROKER_CONNECT_MS_MAX } from '../../limits/mqtt';
import type { Log } from '../log';

/** A certificate with its chain, and its key: PEM files. */
export interface CertificateFiles {
  certFile: string;
  keyFile: string;
}

function read(path: string, what: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`;
    throw new Error(`MQTT over TLS, ${what} ${path}: ${why}`);
  }
}

function parsed(cert: Buffer, path: string): X509Certificate {
  try {
    return new X509Certificate(cert);
  } catch {
    throw new Error(`MQTT over TLS, certificate ${path}: this is no certificate in PEM form`);
  }
}

/** Certificate and key, checked. Throws: what a person must do. */
export function readCertificate({ certFile, keyFile }: CertificateFiles) {
  const cert = read(certFile, 'certificate');
  const key = read(keyFile, 'key');
  const x509 = parsed(cert, certFile);
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    const isOther = /mismatch/i.test((error as Error).message);
    throw new Error(
      `MQTT over TLS, key ${keyFile}: ${isOther ? `it is not the key of ${certFile}` : 'this is no key in PEM form without a password'}`,
    );
  }
  return { cert, key, x509 };
}

/** What a certificate's dates say; null = it is valid. @param nowMs Unix time */
export function dateWarning(x509: X509Certificate, path: string, nowMs: number): string | null {
  if (nowMs > Date.parse(x509.validTo)) {
    return `WARNING: certificate ${path} ended on ${x509.validTo}: clients will refuse it`;
  }
  if (nowMs < Date.parse(x509.validFrom)) {
    return `WARNING: certificate ${path} begins on ${x509.validFrom} only, by this gateway's clock`;
  }
  return null;
}

function changeOf(path: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(path);
    return `${mtimeMs}/${size}/${ino}`;
  } catch {
    return 'gone';
  }
}

/** A TLS server with this certificate. Throws: it cannot be used. */
export function tlsServer(files: CertificateFiles, nowMs: () => number, log: Log): Server {
  const changes = () => `${changeOf(files.certFile)} ${changeOf(files.keyFile)}`;
  let seen = changes();
  const load = () => {
    const { cert, key, x509 } = readCertificate(files);
    const warning = dateWarning(x509, files.certFile, nowMs());
    if (warning !== null) log(warning);
    return { cert, key };
  };
  const server = createServer({ ...load(), handshakeTimeout: BROKER_CONNECT_MS_MAX });
  // Before the server's own listener, so that this very client sees the new certificate.
  server.prependListener('connection', () => {
    const now = changes();
    if (now === seen) return;
    seen = now;
    try {
      server.setSecureContext(load());
      log('MQTT over TLS: the new certificate is in use');
    } catch (error) {
      log(`${(error as Error).message}; the old certificate stays in use`);
    }
  });
  return server;
}
