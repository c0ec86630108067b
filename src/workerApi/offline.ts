/** What a version of the app that waits says when it is asked to take over: it does, or what it waits for. */
export type TakeOverAnswer = 'taken' | 'runIsGoing' | 'otherTabs';
