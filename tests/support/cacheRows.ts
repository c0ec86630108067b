import { CacheRows, openCacheRows } from '../../src/generation/cacheRows.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import type { Device, Session } from '../../src/runtime/device.ts';

/** What exchanges rows in the cache of a generation session, as the engine opens it. */
export async function cacheRowsOf(device: Device, decoder: Session): Promise<CacheRows> {
  const sessions = await openCacheRows(decoder, (graph, label) =>
    device.createSession(
      { graph: encodeModel(graph), weights: { files: [] } },
      { label, keepOnDevice: true, forbidFallback: device.provider === 'webgpu' },
    ),
  );
  if (!sessions) throw new Error('The rows of this cache cannot be exchanged.');
  return new CacheRows(device, sessions);
}
