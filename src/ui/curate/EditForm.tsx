import { Button, Kbd, Textarea } from '@mantine/core';
import { useState, type KeyboardEvent } from 'react';
import type { GeneratedTask } from '../../workerApi/runEvent.ts';
import { useApp } from '../appContext.ts';
import { messageOf } from '../store/messageOf.ts';
import classes from './curate.module.css';

interface EditFormProps {
  readonly task: GeneratedTask;
  readonly onClose: () => void;
}

/** Lets a person word a task anew. */
export function EditForm({ task, onClose }: EditFormProps) {
  const app = useApp();
  const { instruction, input, output = '' } = task;
  const [wording, setWording] = useState({ instruction, input, output });
  const [fault, setFault] = useState<string | null>(null);
  const [isSaving, setIsSaving] = useState(false);
  const save = async (): Promise<void> => {
    setIsSaving(true);
    try {
      await app.curation.edit(task.id, wording);
      onClose();
    } catch (error) {
      setFault(messageOf(error));
      setIsSaving(false);
    }
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const isSave = event.key === 'Enter' && (event.ctrlKey || event.metaKey);
    if (!isSave && event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    if (isSave) void save();
    else onClose();
  };
  const field = (name: keyof typeof wording, label: string, description?: string) => (
    <Textarea
      label={label}
      description={description}
      autosize
      minRows={name === 'input' ? 1 : 2}
      maxRows={14}
      value={wording[name]}
      onChange={(event) => setWording({ ...wording, [name]: event.currentTarget.value })}
      onKeyDown={onKeyDown}
      data-autofocus={name === 'instruction' || undefined}
      // The person has asked for this form and nothing else.
      // eslint-disable-next-line jsx-a11y/no-autofocus
      autoFocus={name === 'instruction'}
    />
  );
  return (
    <form
      className={classes.task}
      aria-label="Edit this task"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      {field('instruction', 'Question')}
      {field('input', 'Text that it is about', 'May be empty.')}
      {field('output', 'Answer', 'Left empty, the model answers it when the run goes on.')}
      {fault && (
        <p role="alert" className={classes.reason}>
          {fault}
        </p>
      )}
      <div className={classes.formButtons}>
        <Button type="submit" loading={isSaving} rightSection={<Kbd size="xs">Ctrl+Enter</Kbd>}>
          Save and keep
        </Button>
        <Button variant="default" rightSection={<Kbd size="xs">Esc</Kbd>} onClick={onClose}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
