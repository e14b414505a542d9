/*
 * mounts.ts: which mounted disks are sticks that a backup may be written to.
 * Way: text of /proc/self/mountinfo -> mounts below /media, /run/media, /mnt that lie on another disk than the gateway's.
 * Pure. Source: proc_pid_mountinfo(5).
 */

/** One mounted file system. */
export interface Mount {
  /** Changes each time something is mounted. */
  id: number;
  /** Device as "major:minor". */
  device: string;
  /** Where it is mounted. */
  folder: string;
  /** What is mounted, such as /dev/sda1. */
  source: string;
  isReadOnly: boolean;
}

/** Where people and desktops mount sticks. */
const STICK_FOLDERS = ['/media/', '/run/media/', '/mnt/'];

/** Spaces and such stand as octal numbers. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_all, octal) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}

function mountOf(line: string): Mount | null {
  const words = line.split(' ');
  const dash = words.indexOf('-', 6);
  if (dash < 0 || words.length < dash + 4) return null;
  const [id, , device, , folder, options] = words;
  const [, source, superOptions] = words.slice(dash + 1);
  const isReadOnly = [options, superOptions].some((text) => text.split(',').includes('ro'));
  return {
    id: Number(id),
    device,
    folder: unescaped(folder),
    source: unescaped(source),
    isReadOnly,
  };
}

/** All mounts. Lines of a form nobody knows are passed over. */
export function mountsIn(mountinfo: string): Mount[] {
  return mountinfo.split('\n').flatMap((line) => mountOf(line) ?? []);
}

/** The mount that a folder lies on: of the longest folder that holds it the last one, which covers those before. */
export function mountOfFolder(mounts: Mount[], folder: string): Mount | null {
  let found: Mount | null = null;
  for (const mount of mounts) {
    const holds =
      folder === mount.folder || `${folder}/`.startsWith(mount.folder.replace(/\/*$/, '/'));
    if (holds && (found === null || mount.folder.length >= found.folder.length)) found = mount;
  }
  return found;
}

/**
 * The sticks: block devices below the folders for sticks that lie on no disk of the system or the data.
 * @param diskOf the whole disk of a device ("8:1" -> "sda"); null = not known
 */
export function sticksAmong(
  mounts: Mount[],
  dataFolder: string,
  diskOf: (device: string) => string | null,
): Mount[] {
  const name = (mount: Mount | null) => mount && (diskOf(mount.device) ?? mount.device);
  const own = ['/', dataFolder].map((folder) => name(mountOfFolder(mounts, folder)));
  return mounts.filter((mount) => {
    if (!STICK_FOLDERS.some((folder) => mount.folder.startsWith(folder))) return false;
    if (!mount.source.startsWith('/dev/') || own.includes(name(mount))) return false;
    // Covered by a later mount at the same place: nobody can see it.
    return mountOfFolder(mounts, mount.folder) === mount;
  });
}
