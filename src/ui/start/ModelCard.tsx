import { useAppState } from '../appContext.ts';
import { bigCount, byteSize } from '../format.ts';
import { Icon } from '../parts/Icon.tsx';
import type { EngineStatus } from '../store/appState.ts';
import classes from './start.module.css';

type ReadyEngine = Extract<EngineStatus, { kind: 'ready' }>;

const statusWords = { loading: 'Loading', ready: 'Ready', failed: 'Could not start' };

export function ModelCard() {
  const engine = useAppState((state) => state.engine);
  return (
    <section className={classes.section} aria-labelledby="model-title">
      <h2 id="model-title">Model</h2>
      <div className={classes.model}>
        <span className={classes.modelIcon}>
          <Icon name="chip" size={22} />
        </span>
        <div className={classes.modelBody}>
          <p className={classes.modelName}>
            <strong>pocket</strong>
            <span className={classes.status} data-kind={engine.kind}>
              {statusWords[engine.kind]}
            </span>
          </p>
          {engine.kind === 'ready' && <ModelFacts engine={engine} />}
        </div>
      </div>
    </section>
  );
}

function ModelFacts({ engine: { device, model } }: { readonly engine: ReadyEngine }) {
  const facts = [
    `${bigCount(model.parameters)} parameters`,
    model.quantization,
    byteSize(model.bytes),
    'works offline',
  ];
  const isFast = device.provider === 'webgpu';
  return (
    <>
      <p className={classes.modelFacts}>{facts.join(' · ')}</p>
      <p className={classes.modelText}>
        A demonstrator that comes with this page: it knows a small world of simple facts, not more. Good for
        seeing the whole way from examples to expert in minutes.
      </p>
      <p className={classes.modelText}>
        {isFast
          ? 'Runs on your graphics card, through WebGPU.'
          : 'Runs on the processor: everything works, only slower. '}
        {!isFast && device.note}
      </p>
    </>
  );
}
