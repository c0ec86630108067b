import { Button } from '@mantine/core';
import { useState } from 'react';
import type { ModelOffer } from '../../workerApi/model.ts';
import { useApp } from '../appContext.ts';
import { bigCount, byteSize } from '../format.ts';
import { ChoiceCard } from '../parts/ChoiceCard.tsx';
import { describeTrainingFit } from '../store/memoryWords.ts';
import classes from './models.module.css';

interface DtypeWords {
  readonly title: string;
  readonly text: string;
}

const dtypeWords: Readonly<Record<string, DtypeWords>> = {
  fp32: { title: '32-bit', text: 'Exact, and the largest.' },
  fp16: { title: '16-bit', text: 'Hardly less exact.' },
  q8: { title: '8-bit', text: 'Close to exact.' },
  int8: { title: '8-bit', text: 'Close to exact; with signs.' },
  uint8: { title: '8-bit', text: 'Close to exact; without signs.' },
  q4: { title: '4-bit', text: 'A good default.' },
  q4f16: { title: '4-bit', text: 'The rest in 16 bits: the smallest.' },
  bnb4: { title: '4-bit', text: 'As bitsandbytes packs them.' },
};

/** What the Hub says of a model, before anything is downloaded, and the precisions to download. */
export function ModelOfferCard({ offer }: { readonly offer: ModelOffer }) {
  const app = useApp();
  const { id, commit, license, isGated, modelType, parameters, obstacle, dtypes } = offer;
  const usual = dtypes.find(({ dtype }) => dtype === 'q4') ?? dtypes[0];
  const [dtype, setDtype] = useState(usual?.dtype);
  const chosen = dtypes.find((choice) => choice.dtype === dtype) ?? usual;
  const facts = [
    modelType,
    parameters === null ? 'parameters not stated' : `about ${bigCount(parameters)} parameters`,
    `licence: ${license ?? 'not stated'}`,
    `revision ${commit.slice(0, 8)}`,
  ];
  const hindrance = obstacle ?? (chosen ? null : 'It comes in no precision that Whittle can load.');
  return (
    <section className={classes.offer} aria-label={`Offer: ${id}`}>
      <strong className={classes.offerName}>{id}</strong>
      <p className={classes.meta}>{facts.join(' · ')}</p>
      {isGated && <p>Its owner lets only accounts in that accepted its terms; this page has none.</p>}
      {hindrance && <p className={classes.failure}>{hindrance}</p>}
      <div className={classes.choices} role="radiogroup" aria-label="Precision">
        {dtypes.map((choice) => (
          <ChoiceCard
            key={choice.dtype}
            group="dtype"
            title={dtypeWords[choice.dtype]?.title ?? choice.dtype}
            text={dtypeWords[choice.dtype]?.text ?? ''}
            meta={`${byteSize(choice.bytes)} · ${choice.dtype}`}
            isChosen={choice === chosen}
            onChoose={() => setDtype(choice.dtype)}
          />
        ))}
      </div>
      {chosen?.training && !hindrance && (
        <p>{`${describeTrainingFit(chosen.training)} An estimate from its configuration, for one task at a time.`}</p>
      )}
      <div className={classes.buttons}>
        {chosen && !hindrance && (
          <Button onClick={() => void app.models.download(chosen.dtype)}>
            {`Download ${byteSize(chosen.bytes)}`}
          </Button>
        )}
        <Button variant="default" onClick={() => app.models.dismissOffer()}>
          Not this one
        </Button>
      </div>
    </section>
  );
}
