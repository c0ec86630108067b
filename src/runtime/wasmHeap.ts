/** Memory of the WebAssembly modules of this page or worker. */
export interface WasmHeap {
  /** All of it, which is also the most there ever was: such memory grows and never shrinks. */
  readonly bytes: number;
}

/** Watches the memories that are created from now on: call it before the first device is. */
export function watchWasmHeap(): WasmHeap {
  const memories: WebAssembly.Memory[] = [];
  WebAssembly.Memory = new Proxy(WebAssembly.Memory, {
    construct(Memory, parameters: [WebAssembly.MemoryDescriptor]) {
      const memory = new Memory(...parameters);
      memories.push(memory);
      return memory;
    },
  });
  return {
    get bytes() {
      return memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
    },
  };
}
