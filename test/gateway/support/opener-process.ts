/*
 * opener-process.ts: opens a database, which brings it to the newest form, and closes it. Argument: its path.
 */
import { openStore } from '../../../gateway/edges/store/store';

openStore(process.argv[2]).close();
