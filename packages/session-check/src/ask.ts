import { type Answer, isAnswer } from './chrome.ts';

const LIMIT_MS = 10_000;

type Text = string | undefined;

/** Only a chrome in time counts; anything else, an error too, is no answer. */
const answerIn = async (text: Promise<Text>): Promise<Answer | undefined> => {
  const late = new Promise<Text>((resolve) => {
    setTimeout(resolve, LIMIT_MS);
  });
  try {
    const answer: unknown = JSON.parse((await Promise.race([text, late])) as string); // throws for what is no text
    if (isAnswer(answer)) return answer;
  } catch {}
  return undefined;
};

/** Asks the application, which looks no further than its own session. The browser's cookies for it go along. */
export const askEndpoint = (url: string): Promise<Answer | undefined> =>
  answerIn(
    fetch(url, { headers: { 'X-Latchkey': '1' }, cache: 'no-store' }).then((response) =>
      response.ok ? response.text() : '',
    ),
  );

/**
 * Asks the provider, by the application's own silent sign-in in a hidden frame. The frame ends on a document of the
 * application. It runs no script, so that a page that comes instead cannot start a check of its own in there.
 */
export const askInFrame = async (url: string): Promise<Answer | undefined> => {
  const frame = Object.assign(document.createElement('iframe'), {
    sandbox: 'allow-same-origin',
    ariaHidden: 'true',
    title: '',
    tabIndex: -1,
    hidden: true,
    style: 'display:none', // a page's own rule for frames outdoes `hidden`
    src: url,
  });
  const answer = await answerIn(
    new Promise<Text>((resolve) => {
      frame.onload = () => resolve(frame.contentDocument?.body?.dataset['latchkeyChrome']);
      document.body.append(frame);
    }),
  );
  frame.remove();
  return answer;
};
