import { ActionIcon, Button } from '@mantine/core';
import {
  isSameModel,
  modelTitle,
  pocketModel,
  type ModelReference,
  type StoredModel,
} from '../../workerApi/model.ts';
import { useApp, useAppState } from '../appContext.ts';
import { byteSize } from '../format.ts';
import { ChoiceCard } from '../parts/ChoiceCard.tsx';
import { Icon } from '../parts/Icon.tsx';
import classes from './models.module.css';

/** The models that are in this browser, one card per precision, and the room that they take. */
export function StoredModels() {
  const app = useApp();
  const stored = useAppState((state) => state.models.stored);
  const chosen = useAppState(({ engine }) => (engine.kind === 'ready' ? engine.model.reference : null));
  const choose = (model: ModelReference) => void app.attempt(() => app.models.choose(model));
  const choice = (model: ModelReference, text: string, bytes?: number) => (
    <ChoiceCard
      key={modelTitle(model) + model.revision}
      group="model"
      title={modelTitle(model)}
      text={text}
      {...(bytes !== undefined && { meta: byteSize(bytes) })}
      isChosen={chosen !== null && isSameModel(model, chosen)}
      onChoose={() => choose(model)}
    />
  );
  return (
    <div>
      <h3 className={classes.title}>In this browser</h3>
      <div className={classes.choices} role="radiogroup" aria-label="Models in this browser">
        {choice(pocketModel, 'Comes with this page.')}
        {stored.flatMap(({ id, commit, dtypes }) =>
          dtypes.map(({ dtype, bytes }) =>
            choice({ id, revision: commit, dtype }, `Revision ${commit.slice(0, 8)}.`, bytes),
          ),
        )}
      </div>
      {stored.length > 0 && (
        <ul className={classes.list}>
          {stored.map((model) => (
            <StoredLine key={model.id + model.commit} model={model} />
          ))}
        </ul>
      )}
    </div>
  );
}

function StoredLine({ model }: { readonly model: StoredModel }) {
  const app = useApp();
  const isBusy = useAppState((state) => state.models.activity !== null);
  const { id, commit, bytes, dtypes } = model;
  const isPart = dtypes.length === 0;
  const isOfHub = !id.startsWith('local/');
  const size = `${byteSize(bytes)} stored`;
  return (
    <li className={classes.line}>
      <span className={classes.lineBody}>
        {isPart
          ? `${id}: ${size}, not complete.${isOfHub ? ' A download goes on from there.' : ''}`
          : `${id}: ${size}`}
      </span>
      <span className={classes.lineActions}>
        {isPart && isOfHub && (
          <Button
            variant="default"
            size="compact-sm"
            disabled={isBusy}
            aria-label={`Look at ${id} again`}
            onClick={() => void app.models.examine(`${id}@${commit}`)}
          >
            Look at it
          </Button>
        )}
        <ActionIcon
          variant="subtle"
          color="gray"
          disabled={isBusy}
          aria-label={`Delete ${id} from this browser`}
          onClick={() => void app.attempt(() => app.models.remove(model))}
        >
          <Icon name="trash" size={16} />
        </ActionIcon>
      </span>
    </li>
  );
}
