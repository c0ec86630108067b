import type { DeviceTensor, TensorData } from './device.ts';

/**
 * Disposes a tensor whose elements nobody else holds, and gives its memory back at once: what a tensor in ordinary
 * memory was made of would otherwise wait for the garbage collector, which lets tens of megabytes gather first.
 */
export function discard(tensor: DeviceTensor): void {
  const data = tensor.location === 'cpu' && 'data' in tensor ? tensor.data : null;
  tensor.dispose();
  if (ArrayBuffer.isView(data)) release(data.buffer);
}

/** Gives an array's memory back at once; afterwards it is empty. */
export function discardArray(data: TensorData): void {
  release(data.buffer);
}

let nowhere: MessagePort | undefined;

/** Sends the buffer where nobody receives it. (`ArrayBuffer.prototype.transfer`, meant for that, is not in Node 20.) */
function release(buffer: ArrayBufferLike): void {
  if (!(buffer instanceof ArrayBuffer)) return;
  nowhere ??= closedPort();
  nowhere.postMessage(null, [buffer]);
}

function closedPort(): MessagePort {
  const { port1, port2 } = new MessageChannel();
  port1.close();
  port2.close();
  return port1;
}
