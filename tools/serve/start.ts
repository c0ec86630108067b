import type { Server } from 'node:http';
import { parseArgs } from 'node:util';
import { buildWhereStale, builtFolder } from './buildApp.ts';
import { addressOf, serveFolder } from './staticServer.ts';

const usualPort = 4173;

const isTaken = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'EADDRINUSE';

/** The port asked for, or else the usual one, or any free one where another program has that. */
async function listen(host: string, port: string | undefined): Promise<Server> {
  if (port) return serveFolder(builtFolder, { host, port: Number(port) });
  try {
    return await serveFolder(builtFolder, { host, port: usualPort });
  } catch (error) {
    if (isTaken(error)) return serveFolder(builtFolder, { host });
    throw error;
  }
}

const { values } = parseArgs({ options: { port: { type: 'string' }, host: { type: 'string' } } });
const port = values.port ?? process.env.PORT;
try {
  await buildWhereStale();
  const server = await listen(values.host ?? '127.0.0.1', port);
  console.log(`Whittle is at ${addressOf(server)} (Ctrl+C stops it)`);
} catch (error) {
  console.error(isTaken(error) ? `Port ${port} is taken; choose another with --port N.` : error);
  process.exitCode = 1;
}
