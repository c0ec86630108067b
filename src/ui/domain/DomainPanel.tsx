import { Button } from '@mantine/core';
import { useState } from 'react';
import { useAppState } from '../appContext.ts';
import { Panel } from '../parts/Panel.tsx';
import { chosenDomain } from '../store/appState.ts';
import { DomainEditor } from './DomainEditor.tsx';
import { DomainView } from './DomainView.tsx';
import { draftOf, emptyDraft, type Draft } from './draft.ts';

const lead =
  'The examples show the model what tasks in your field look like. The unseen tasks stay hidden from it until the test. Texts are optional: it may look things up in them while it writes.';

/** What the model learns from and is tested on; bundled fields can be read and copied, one's own can be edited. */
export function DomainPanel() {
  const choice = useAppState(chosenDomain);
  const [draft, setDraft] = useState<Draft | null>(null);
  if (draft) return <DomainEditor start={draft} onClose={() => setDraft(null)} />;
  const edit = () => {
    if (choice)
      setDraft(
        draftOf(
          choice.domain,
          choice.documents,
          choice.isBundled ? `My ${choice.domain.name}` : choice.domain.name,
        ),
      );
  };
  const buttons = (
    <>
      <Button variant="default" disabled={!choice} onClick={edit}>
        {choice?.isBundled ? 'Copy and change' : 'Change'}
      </Button>
      <Button variant="default" onClick={() => setDraft(emptyDraft())}>
        Write my own
      </Button>
    </>
  );
  return (
    <Panel title="Examples & texts" lead={lead} side={buttons}>
      {choice && <DomainView choice={choice} />}
    </Panel>
  );
}
