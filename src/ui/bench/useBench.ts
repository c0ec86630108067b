import { useEffect, useRef, useState } from 'react';
import type { BenchApi, BenchProgress, BrowserFigures } from '../../workerApi/bench.ts';
import type { DeviceChoice } from '../../workerApi/whittleWorkerApi.ts';
import { isAbort, messageOf } from '../store/messageOf.ts';
import type { Connection } from '../store/services.ts';

export type BenchState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'measuring'; readonly progress: BenchProgress | null }
  | { readonly kind: 'measured'; readonly figures: BrowserFigures }
  | { readonly kind: 'failed'; readonly message: string };

/** One measurement at a time, in a worker that lives as long as it lasts. */
export function useBench(connect: () => Connection<BenchApi>) {
  const [state, setState] = useState<BenchState>({ kind: 'idle' });
  const connection = useRef<Connection<BenchApi> | null>(null);
  const cancel = () => connection.current?.close();
  useEffect(() => cancel, []);

  const measure = async (rounds: number, device: DeviceChoice): Promise<void> => {
    const own = connect();
    connection.current = own;
    setState({ kind: 'measuring', progress: null });
    const onProgress = (progress: BenchProgress) => {
      if (!own.isClosed) setState({ kind: 'measuring', progress });
    };
    try {
      const figures = await own.call((api) => api.measure(rounds, device, onProgress));
      setState({ kind: 'measured', figures });
    } catch (error) {
      setState(isAbort(error) ? { kind: 'idle' } : { kind: 'failed', message: messageOf(error) });
    } finally {
      own.close();
    }
  };
  return { state, measure, cancel };
}
