import type { StorageUse } from '../../storage/storageUse.ts';
import { byteSize } from '../format.ts';

/** Less than most models take. */
const littleRoom = 1e9;

/** What is stored and how much room is left, in words. */
export function describeStorage({ appBytes, modelBytes, workBytes, freeBytes }: StorageUse): string {
  const used = [
    ...(appBytes > 0 ? [`this page ${byteSize(appBytes)}`] : []),
    ...(modelBytes > 0 ? [`models ${byteSize(modelBytes)}`] : []),
    `runs and adapters ${byteSize(workBytes)}`,
  ].join(', ');
  const words = used.charAt(0).toUpperCase() + used.slice(1);
  if (freeBytes === null) return `${words}.`;
  const room =
    freeBytes < littleRoom ? `Only ${byteSize(freeBytes)} are left` : `Room for ${byteSize(freeBytes)} more`;
  const wayOut = freeBytes < littleRoom ? ': delete models or runs that you no longer need' : '';
  return `${words}. ${room}${wayOut}.`;
}
