import { type RefObject, useEffect, useLayoutEffect, useState } from 'react';

/** For browsers without `field-sizing`: the box is as high as what is in it. */
export function useFittingHeight(box: RefObject<HTMLTextAreaElement | null>, text: string): void {
  const [fits] = useState(() => CSS.supports('field-sizing', 'content'));
  useLayoutEffect(() => {
    const element = box.current;
    if (fits || element === null) return;
    element.style.height = 'auto';
    element.style.height = `${element.scrollHeight}px`;
  }, [box, fits, text]);
  useEffect(() => {
    // A long draft opens at its end, where the writing goes on.
    if (box.current !== null) box.current.scrollTop = box.current.scrollHeight;
  }, [box]);
}
