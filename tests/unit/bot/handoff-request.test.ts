import { describe, expect, it } from '@jest/globals';
import { asksForPerson } from '../../../src/bot/handoff-request.ts';
import { processorMs } from '../../kit/processor-time.ts';

const ASKS = `
agent
Human please
Operator!
real person
I want to talk to a human
can I speak to someone?
Can i talk with a real person please
please connect me to an agent
Connect me with a live agent
transfer me to customer support
I need a human
i need to speak with a manager
let me talk to a representative
give me a human
I would like to chat with a person
get me an operator now
Is there a human I can talk to?
I don't want to talk to a bot, give me a person
stop this bot, I want a human
put me through to a supervisor
I want to speak to your manager
are there any people here? I need a real person
escalate this to a human agent
This is useless. Let me speak to someone real.
I don't need a refund. Give me an agent!
could you please transfer this chat to a live agent
I am looking for a human
human not a bot
转人工
人工
人工客服
我要人工客服
请帮我转人工
我想找人工
我要找真人
能不能转接客服
联系人工客服
有没有真人客服
我想和真人聊
我要跟客服人员说
别用机器人，我要真人
不要机器人
轉人工客服
請幫我轉接人工
叫你们经理来，我要找主管
オペレーター
オペレーターにつないでください
担当者と話したい
人間と話したいです
有人対応をお願いします
スタッフにつないでもらえますか
人と話したい
担当の方に代わってください
ボットではなく人間をお願いします
オペレータをお願いします
상담원
상담원 연결
상담원 연결해 주세요
상담원과 통화하고 싶어요
사람이랑 얘기하고 싶어요
직원 연결 부탁드립니다
봇 말고 사람 연결해줘
담당자와 상담하고 싶습니다
사람과 대화하고 싶습니다
agente
Quiero hablar con un agente
necesito hablar con una persona
¿puedo hablar con un humano?
quiero hablar con una persona real
comuníqueme con un asesor por favor
páseme con un operador
No quiero hablar con un bot, quiero una persona
quiero un agente humano
me puedes pasar con un representante
оператор
позовите оператора
Соедините с оператором
хочу поговорить с человеком
мне нужен живой человек
переключите на оператора пожалуйста
свяжите меня с менеджером
можно поговорить с сотрудником?
оператора позовите
Не бот, а живой человек нужен
дайте оператора
can a human help me
any human here?
please let a real human look at this
i wanna talk with someone from your team
人工在吗
有人吗
可以接人工吗
人に代わって
상담사 연결 부탁해요
quiero atención humana
нужен оператор
мне надо поговорить с сотрудником
`;

const DOES_NOT = `
hello
ok thanks
my deposit has not arrived
how do I reset 2FA?
I don't want to talk to an agent
no need for a human, thanks
I do not need an agent anymore
don't transfer me to an agent
I already spoke to an agent yesterday
An agent told me to wait 24 hours
someone contacted me on Telegram, is this your agent?
a person called me and said he is from support
is it your official support account?
Someone hacked my account
people say the network is slow
your support manager promised me a refund
what is a user agent?
humanity protocol listing when?
I sent money to the wrong person
can I transfer coins to another person's account
how to transfer USDT to someone
你好
充值没到账
不用转人工了
不需要人工客服
有客服联系我，让我转账
人工智能代币什么时候上线
客服说我需要等24小时
无需人工
入金が反映されません
オペレーターは必要ありません
担当者から電話がありました
人気のコインは何ですか
입금이 안 됐어요
상담원 필요 없어요
상담원이라고 하는 사람이 전화했어요
다른 사람에게 송금할 수 있나요
hola
mi retiro no ha llegado
no quiero hablar con un agente
no necesito una persona
me contactó un agente por telegram
¿puedo enviar dinero a otra persona?
привет
вывод завис
не надо оператора
мне не нужен оператор
без оператора обойдусь
转账给别人要多久
quiero enviar dinero a otra persona
мне написал менеджер из поддержки
оператор попросил перевести деньги
как перевести деньги другому человеку
有人说会涨
客服电话是多少
the operator of the node is down
is customer support open on sunday
менеджер паролей
`;

const lines = (text: string): string[] => text.trim().split('\n');

describe('asks for a person', () => {
  it.each(lines(ASKS))('%s', (text) => {
    expect(asksForPerson(text)).toBe(true);
  });
});

describe('does not ask for a person', () => {
  it.each(lines(DOES_NOT))('%s', (text) => {
    expect(asksForPerson(text)).toBe(false);
  });
});

it('reads the end of a long message, in bounded time', () => {
  expect(asksForPerson(`${'my story is long. '.repeat(500)} Please connect me to an agent`)).toBe(true);
  for (const part of [
    'talk to ',
    'talk ',
    'no bot ',
    'quiero ',
    '转',
    'нужен ',
    '상담원',
    'can ',
    'please ',
    'a',
    ' ',
  ]) {
    expect(processorMs(() => asksForPerson(part.repeat(100_000)))).toBeLessThan(400);
  }
});
