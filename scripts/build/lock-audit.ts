/*
 * lock-audit.ts: what is wrong with the packages that a gateway would install, as the lock file tells it.
 * From where to where: package.json and package-lock.json, parsed -> lines of complaint.
 * Source: npm's package-lock.json (lockfileVersion 3); GPL-3.0 section 7 and the FSF's list of compatible licences.
 */

/** Licences that may be combined with GPL-3.0-or-later. */
const COMPATIBLE = [
  ...[
    'MIT',
    'ISC',
    '0BSD',
    'BSD-2-Clause',
    'BSD-3-Clause',
    'Apache-2.0',
    'BlueOak-1.0.0',
    'Unlicense',
    // Of fonts only.
    'OFL-1.1',
  ],
  ...[
    'CC0-1.0',
    'Python-2.0',
    'Zlib',
    'MPL-2.0',
    'GPL-3.0-only',
    'GPL-3.0-or-later',
    'LGPL-3.0-or-later',
  ],
];

/** One package of a lock file. */
export interface LockedPackage {
  version?: string;
  license?: string;
  integrity?: string;
  hasInstallScript?: boolean;
  dev?: boolean;
  link?: boolean;
}

/** As much of package.json as is looked at. */
export interface Manifest {
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  allowScripts?: Record<string, boolean>;
}

/** Licences told by a package's own text, where its package.json is silent or spells it in its own way. */
const LICENCES_BY_TEXT = new Map([
  ['png-js', 'MIT'],
  ['@meshtastic/protobufs', 'GPL-3.0-only'],
]);

/** May it be used? Of a choice ("A OR B") one must be good, of a sum ("A AND B") all. */
function isCompatible(licence: string | undefined): boolean {
  const choices = (licence ?? '').replace(/[()]/g, '').split(' OR ');
  return choices.some((one) =>
    one.split(' AND ').every((part) => COMPATIBLE.includes(part.trim())),
  );
}

function packageComplaints(path: string, locked: LockedPackage, manifest: Manifest): string[] {
  const name = path.split('node_modules/').at(-1) ?? path;
  const found: string[] = [];
  if (!locked.integrity) found.push(`${name}: no integrity hash in the lock file`);
  if (locked.hasInstallScript && !(name in (manifest.allowScripts ?? {})))
    found.push(`${name}: runs a script when it is installed, and allowScripts does not name it`);
  if (!locked.dev && !isCompatible(LICENCES_BY_TEXT.get(name) ?? locked.license))
    found.push(`${name}: licence ${locked.license ?? 'not told'} is not known to go with GPL-3.0`);
  return found;
}

/** Everything wrong with the packages. Empty = nothing. */
export function lockComplaints(
  manifest: Manifest,
  packages: Record<string, LockedPackage>,
): string[] {
  const { dependencies, optionalDependencies, devDependencies } = manifest;
  const wanted = { ...dependencies, ...optionalDependencies, ...devDependencies };
  const loose = Object.entries(wanted)
    .filter(([, version]) => !/^(npm:[\w@/.-]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
    .map(([name, version]) => `${name}: "${version}" is not one exact version`);
  const installed = Object.entries(packages).filter(
    ([path, locked]) => path !== '' && !locked.link,
  );
  return [
    ...loose,
    ...installed.flatMap(([path, locked]) => packageComplaints(path, locked, manifest)),
  ];
}
