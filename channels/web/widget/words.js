/** Everything the chat says, in the languages it speaks. The first is what everybody else gets. */
const WORDS = {
  en: {
    open: 'Open chat',
    close: 'Close chat',
    write: 'Write a message',
    send: 'Send',
    attach: 'Attach a file',
    you: 'You',
    them: 'Support',
    typing: 'Support is writing…',
    edited: 'Edited',
    older: 'Show earlier messages',
    sending: 'Sending…',
    failed: 'Not sent. Try again',
    offline: 'No connection. Trying again…',
    signIn: 'Please sign in on this site to chat.',
    tooLarge: 'This file is larger than 10 MB.',
    tooMany: 'Too much at once. Waiting a moment…',
    gone: 'This file is not available any more.',
    hello: 'How can we help? We never ask for passwords, codes or recovery phrases.',
    messages: 'Messages',
    remove: 'Remove file',
  },
  zh: {
    open: '打开聊天',
    close: '关闭聊天',
    write: '输入消息',
    send: '发送',
    attach: '添加文件',
    you: '您',
    them: '客服',
    typing: '客服正在输入…',
    edited: '已编辑',
    older: '查看更早的消息',
    sending: '发送中…',
    failed: '未发送，点击重试',
    offline: '连接已断开，正在重试…',
    signIn: '请先在本网站登录后再聊天。',
    tooLarge: '文件超过 10 MB。',
    tooMany: '发送过于频繁，请稍候…',
    gone: '此文件已不可用。',
    hello: '您好，有什么可以帮您？我们绝不会索要密码、验证码或助记词。',
    messages: '消息',
    remove: '移除文件',
  },
};

/** @param {string | null} asked a language tag such as zh-CN */
export function wordsFor(asked) {
  return /^zh\b/i.test(asked ?? '') ? { language: 'zh-CN', words: WORDS.zh } : { language: 'en', words: WORDS.en };
}
