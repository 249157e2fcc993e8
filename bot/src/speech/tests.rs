use std::collections::BTreeMap;

use super::*;

const WISHES: [&str; 88] = [
    "I want a human",
    "i want a human!!",
    "I want to talk to a human",
    "I want to speak to a real person",
    "talk to a real person",
    "Talk to a person",
    "Can I talk to someone?",
    "can I speak with an agent please",
    "agent please",
    "agent",
    "Agent!",
    "AGENT NOW",
    "human please",
    "human",
    "real person",
    "live agent",
    "live chat please",
    "operator",
    "representative",
    "speak to a representative",
    "Let me talk to your manager",
    "I’d like to speak with a supervisor.",
    "connect me to a human agent",
    "Please connect me with support staff",
    "transfer me to an agent",
    "transfer me to customer service",
    "put me through to someone",
    "get me a human",
    "get me a real person right now",
    "give me a human",
    "I need a human to help me",
    "I need to talk to somebody",
    "is there a real person I can talk to?",
    "Is there anyone real?",
    "are there any humans available?",
    "could I have a human please?",
    "I don't want to talk to a bot",
    "I do not want to speak with a robot, give me a person",
    "stop talking to me like a machine, I want a person",
    "no bots",
    "no more bots please, human",
    "Can you escalate this to a manager?",
    "escalate me to a human",
    "how do I talk to a human?",
    "How can I contact a real person",
    "Your answer is useless. Human please.",
    "My order is late, and I want to talk to an agent about it",
    "please hand me over to a person",
    "I would rather talk to a human than a bot",
    "human help please",
    "customer service",
    "i need an agent asap",
    "May I speak to a member of your team? I mean a live person",
    "转人工",
    "转人工！",
    "请转人工",
    "轉人工",
    "转接人工",
    "人工",
    "人工客服",
    "人工服务",
    "找人工",
    "找真人",
    "我要人工",
    "我要人工客服",
    "我想找真人客服",
    "能不能转人工？",
    "可以转人工吗",
    "帮我转一下人工",
    "给我转人工客服",
    "麻烦转接人工客服，谢谢",
    "有没有真人",
    "有真人吗？",
    "有人吗",
    "客服在吗",
    "我要找客服",
    "联系客服",
    "怎么联系人工客服",
    "叫你们经理来",
    "我要和真人说话",
    "我想跟人聊",
    "不要机器人，我要人工",
    "别用机器人敷衍我",
    "不想和机器人聊",
    "真人",
    "接人工",
    "怎么配置我都弄不好，转人工吧",
    "你说的没用，给我换人工",
];

const OTHERS: [&str; 87] = [
    "how do I become an agent?",
    "How do I add an agent?",
    "how can I invite agents",
    "How many agents can I have?",
    "How do I create an agent account?",
    "What is an agent?",
    "what's the difference between a human agent and a bot?",
    "How do visitors talk to a person?",
    "Can a visitor ask for a human?",
    "When does the bot hand over to an agent?",
    "what happens when a customer wants to talk to a human",
    "How is a chat transferred to an agent?",
    "how are tickets assigned to agents",
    "where do I see agent capacity",
    "agent permissions",
    "The agent dashboard is empty",
    "How do I set up the agent desktop app?",
    "I am an agent, where is my inbox?",
    "we are a travel agency",
    "I don't need a human",
    "No need to talk to anyone, just tell me the price",
    "I don't want to talk to a person",
    "without talking to a human can I cancel?",
    "how do I delete my account",
    "How do I share a document with other people?",
    "How can I find people I know on Facebook?",
    "How to contact a seller on eBay",
    "Can I transfer my domain to another registrar?",
    "how to connect to the database",
    "How can I get in touch with old friends?",
    "is there a mobile app",
    "Is there a way to see the real time data?",
    "how do I talk to my team members in Trello?",
    "what user agent does the crawler send",
    "password manager integration",
    "task manager shows high CPU",
    "How do I put the chat on my website?",
    "How do I get a refund?",
    "human resources policy",
    "Do you support human readable URLs?",
    "Who can see my messages?",
    "how do I send a message to multiple people",
    "Why was my ticket routed to another agent?",
    "Can I give a customer a discount?",
    "how do I speak Chinese",
    "how to call an API from a website",
    "Where can I find support for Windows 7?",
    "怎么配置转人工",
    "怎么配置转人工？",
    "如何设置转人工的规则",
    "转人工规则在哪里设置",
    "转人工的条件是什么",
    "转人工功能怎么开启",
    "什么时候会转人工？",
    "什么情况下会转人工",
    "访客怎么转人工",
    "用户要求转人工时会发生什么",
    "机器人什么时候转人工？",
    "如何自定义转人工关键词",
    "转人工率怎么统计",
    "不用转人工",
    "不需要人工客服",
    "先不转人工，你说说看",
    "人工智能是什么",
    "你们用的是人工智能吗",
    "什么是人工客服",
    "人工客服的工作时间",
    "人工客服几点上班",
    "如何添加人工客服",
    "怎么邀请客服",
    "如何应聘客服",
    "我是客服，怎么登录",
    "需要人工干预吗",
    "如何修改密码",
    "有人知道怎么安装吗",
    "怎么把聊天窗口放到我的网站上？",
    "怎么看客服的接待上限",
    "客服工作台打不开",
    "支持多少个客服",
    "DM 是否支持迁移阿里 RDS 的数据？",
    "如何重置数据迁移任务？",
    "需要手动转换吗",
    "找不到文件",
    "怎么叫外卖",
    "如何与用户分享文件",
    "接口怎么请求",
    "能否关闭转人工按钮",
];

#[test]
fn a_wish_for_a_person_is_heard() {
    let missed: Vec<_> = WISHES.iter().filter(|text| !wants_person(text)).collect();
    assert!(missed.is_empty(), "missed: {missed:#?}");
}

#[test]
fn a_question_about_people_is_a_question() {
    let wrong: Vec<_> = OTHERS.iter().filter(|text| wants_person(text)).collect();
    assert!(wrong.is_empty(), "taken for wishes: {wrong:#?}");
}

#[test]
fn small_talk_is_told_from_questions() {
    use Talk::{Acknowledge, Bye, Greeting, Identity, Thanks};
    for (text, expected) in [
        ("Hi", Some(Greeting)),
        ("hello there!", Some(Greeting)),
        ("Good morning", Some(Greeting)),
        ("hey, how are you?", Some(Greeting)),
        ("你好", Some(Greeting)),
        ("您好！", Some(Greeting)),
        ("在吗？", Some(Greeting)),
        ("你好，在吗", Some(Greeting)),
        ("Thanks!", Some(Thanks)),
        ("thank you so much", Some(Thanks)),
        ("Great, thanks a lot!", Some(Thanks)),
        ("that helped, thank you", Some(Thanks)),
        ("谢谢", Some(Thanks)),
        ("好的，谢谢您！", Some(Thanks)),
        ("非常感谢", Some(Thanks)),
        ("解决了，谢谢", Some(Thanks)),
        ("bye", Some(Bye)),
        ("再见", Some(Bye)),
        ("没有了，谢谢", Some(Bye)),
        ("ok", Some(Acknowledge)),
        ("好的", Some(Acknowledge)),
        ("👍", Some(Acknowledge)),
        ("Are you a bot?", Some(Identity)),
        ("what's your name?", Some(Identity)),
        ("你是机器人吗？", Some(Identity)),
        ("你是谁", Some(Identity)),
        ("你能做什么？", Some(Identity)),
        ("Hi, how do I add a website?", None),
        ("hello world program in rust", None),
        ("你好，怎么添加网站？", None),
        ("thanks but how do I delete it", None),
        ("谢谢，那怎么删除呢", None),
        ("How do I say thank you in Trello?", None),
        ("如何测试连接", None),
        ("How to test the widget?", None),
        ("test environment setup", None),
        ("ok google integration", None),
    ] {
        assert_eq!(talk(text), expected, "{text}");
    }
}

#[test]
fn a_useless_answer_is_heard() {
    for text in [
        "That didn't help",
        "that didn't help me",
        "This is not helpful",
        "it doesn't work",
        "That's not what I asked",
        "thats wrong",
        "wrong answer",
        "not helpful",
        "useless",
        "you didn't answer my question",
        "still not working",
        "没用",
        "没有用！",
        "这没用",
        "不对",
        "还是不行",
        "答非所问",
        "没有解决我的问题",
        "你没理解我的意思",
        "试过了，还是不行",
    ] {
        assert!(unhelpful(text), "{text}");
    }
    for text in [
        "How do I fix it?",
        "It doesn't work on Safari with the new login page",
        "没有收到邮件怎么办",
        "不行的话怎么回滚",
        "help",
        "thanks",
    ] {
        assert!(!unhelpful(text), "{text}");
    }
}

#[test]
fn yes_is_heard() {
    for text in ["yes", "Yes please", "ok", "sure, go ahead", "好的", "要", "可以", "是的，麻烦了"] {
        assert!(affirms(text), "{text}");
    }
    for text in ["no", "yes but how do I do it", "不要", "好的，怎么做"] {
        assert!(!affirms(text), "{text}");
    }
}

#[test]
fn a_follow_up_leans_on_what_was_said() {
    for text in ["How do I remove it?", "and on mobile?", "what about the free plan?", "那怎么删除？", "免费版呢？", "它支持中文吗"]
    {
        assert!(leans(text), "{text}");
    }
    for text in ["How do I add a website?", "如何重置数据迁移任务？", "TiDB 支持哪些字符集？"] {
        assert!(!leans(text), "{text}");
    }
}

#[test]
fn every_pattern_compiles() {
    for text in [wish::TEXT, talk::TEXT] {
        let file: toml::Table = toml::from_str(text).expect("a rule file is TOML");
        let words: BTreeMap<String, String> = file["words"].clone().try_into().expect("words are text");
        let mut patterns = Vec::new();
        file.iter().filter(|(name, _)| *name != "words").for_each(|(_, value)| collect(value, &mut patterns));
        assert!(patterns.len() > 10);
        for pattern in patterns {
            assert!(compile(&pattern, &words).is_some(), "{pattern}");
            let filled = words.iter().fold(pattern.clone(), |text, (name, list)| text.replace(&format!("{{{name}}}"), list));
            assert!(!filled.contains("{person}") && !filled.contains("{kind}"), "{filled}");
        }
    }
}

fn collect(value: &toml::Value, patterns: &mut Vec<String>) {
    match value {
        toml::Value::Table(table) => table.values().for_each(|value| collect(value, patterns)),
        toml::Value::Array(list) => patterns.extend(list.iter().filter_map(|item| item.as_str().map(str::to_owned))),
        _ => {}
    }
}
