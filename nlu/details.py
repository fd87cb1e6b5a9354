"""Details of a message that plain words give away: what was handed over, who is speaking, forbidden haste."""

from __future__ import annotations

import re

from nlu.analysis import GIVEN

# "Others" (别人) and "especially" (特别) are no "don't", and "never thought" (没想到) denies nothing.
_DONT = r"(?<!特)别(?![人家的])"
_NOT = r"没(?!有?想到)"
_NEGATED = re.compile(rf"(?:{_NOT}有?|未|不要|{_DONT}|不会|不敢|不肯|差一?点儿?)\S{{0,3}}$")
# A demand is no deed, unless the words say that it was met (念了, 给过).
_DEMANDED = re.compile(
    r"(?:让|叫|要|喊|催|劝|逼|教|问|求|想|该不该|能不能|可不可以|还没)(?:我|俺|阮|咱|你|人家?|客户|他|她|我?妈|我?爸)?\S{0,6}$"
)
_MET = re.compile(r"[了过着走]")
_NEGATED_INSIDE = re.compile(rf"{_NOT}|不要|{_DONT}")
_GIVEN_PATTERNS = {
    "screen": re.compile(
        r"(?:共享|分享|同屏|投屏)(?:着|了|过|我的|我)?(?:我)?(?:的)?(?:手机)?(?:屏幕|屏)?(?:了|着|过)"
        r"|(?:屏幕|荧幕|萤幕|屏)(?:都|也|已经)?(?:被)?(?:共享|分享|控制|开)(?:着|了|过)"
        r"|(?:开|打开|开启)(?:着|了|过)(?:那个|这个|手机)?(?:的)?(?:共享|屏幕|远程)|(?:在|正|还在)\S{0,4}(?:共享|同屏|投屏)"
        r"|(?:操作|控制|远程)(?:着|了)?我(?:的)?(?:手机|电脑)"
    ),
    "code": re.compile(
        r"(?:验证码|验正码|校验码|动态码|短信码|otp|蜜马|密码)\S{0,8}(?:念|报|给|发|告诉|说|输|读|填|交|要走)\S{0,4}(?:了|过|他|她|走)"
        r"|(?:念|报|给|发|告诉|说|输|读|填|提供|交)\S{0,6}(?:验证码|验正码|校验码|动态码|otp|服务密码|密码)"
        r"|(?:骗走|要走|套走|拿走)\S{0,4}(?:验证码|密码)"
        r"|(?:[四六46]位数?字?|那串数字?|短信里(?:的|那)\S{0,4}数字?)\S{0,3}(?:念|报|给|发|告诉|说)(?:给|了|过|他|她)"
    ),
    "card": re.compile(
        r"(?:银行卡|储蓄卡|卡|电话卡|手机卡|u盾|存折|收款码|账户|账号)\S{0,8}(?:寄|借|租|卖|交|给|邮)\S{0,4}(?:了|过|出去|他|她|人)"
        r"|(?:寄|借|租|卖|交|邮)(?:了|给|出)?\S{0,6}(?:银行卡|电话卡|手机卡|u盾|收款码|对公)"
    ),
    "id": re.compile(
        r"(?:身份证|证件|资料|个人信息|征信报告|人脸|刷脸)\S{0,10}(?:发|拍|传|给|交|填|寄|提供|做)\S{0,4}(?:了|过|他|她|走)"
        r"|(?:发|拍|传|给|交|填|寄)(?:了|过|给)\S{0,8}(?:身份证|证件|资料|个人信息|征信报告)"
    ),
    "signed": re.compile(
        r"(?:签|按|摁|盖|蓋)(?:了|过|完|好)\S{0,8}(?:字|合同|协议|委托|授权|手印|指印)?|(?:合同|协议|委托书|授权书|授权)\S{0,8}(?:签|按|写|落)(?:了|过|完|好)|签名盖|手印|指印"
    ),
    "app": re.compile(
        r"(?:下载|安装|装|下)(?:了|过|完|好)\S{0,10}(?:app|软件|应用|程序|会议)|(?:app|软件|会议)\S{0,5}(?:下载|安装|装|下)(?:了|过|好|完)"
    ),
}
_MONEY = r"(?:定金|订金|押金|好处费|诚意金|辛苦费|佣金|钱|[0-9一二两三四五六七八九十百千万]{1,9}(?:块|元|千|百|万|来个)(?:钱|的)?(?:定金|订金|诚意金)?)"
_MARK_PATTERNS = {
    # The speaker is, or speaks for, somebody under age.
    "minor": re.compile(
        r"我(?:今年)?(?:才|刚|只有)?(?:1[0-7]|十[一二三四五六七]?)岁|未成年|我(?:是|还在|在)?(?:上|读|念)?(?:初[一二三中]|高[一二三中]|小学|初中|高中|中学)(?:生|[^校门附\u4e00-\u9fff]|$)|我(?:还)?(?:上|读|念)(?:初|高)[一二三中]"
    ),
    # A child (grown up) worries about a parent or grandparent.
    "elder": re.compile(
        r"(?:我|俺|阮|阿拉)?(?:妈|爸|爹|娘|母亲|父亲|奶奶|爷爷|外婆|外公|姥姥|姥爷|婆婆|公公|丈母娘|岳父|岳母|老妈|老爸|爸妈|老母|姆妈)\S{0,14}(?:被|接|打|转|信|骗|视频|电话|汇|点|下载|操作|催|念|要|非)"
    ),
    "call_forwarding": re.compile(
        r"呼叫转移|呼转|自动跳到|按星号|(?:呼|打|拨)(?:过来|来|我)?\S{0,3}(?:就)?归他|转移到他|转到他们?那|服务密码|电话\S{0,6}(?:转给|转到|转接)\S{0,4}(?:他|那)|cs转接"
    ),
    "post_card": re.compile(
        r"(?:寄|邮|快递)\S{0,6}(?:银行卡|电话卡|手机卡|卡)|(?:银行卡|电话卡|手机卡)\S{0,6}(?:寄|邮|快递)"
    ),
    # The other side has sent the speaker money: not to be spent, not to be passed on.
    "money_received": re.compile(
        rf"(?!打给我)(?:打|转|汇|付|给)(?:了|给了|过来)?{_MONEY}?\S{{0,3}}(?:到|进|给)我(?:的)?(?:账|卡|户|名下|手|这|了|$)"
        rf"|{_MONEY}\S{{0,4}}(?:都|已经|也)?(?:搁|在|进|到)(?:了)?我(?:的)?(?:卡|账|户|手)"
        rf"|(?:他们|对方|他|她|那边|人家)\S{{0,8}}(?:打给我|转给我|汇给我|给我打|给我转|给我汇)(?:了|过来|来)?{_MONEY}"
        rf"|{_MONEY}\S{{0,4}}(?:他们|对方|他|她|那边|人家)(?:已经|都|先|刚)?(?:打|转|汇)(?:给|到)我"
    ),
    "collection": re.compile(r"催收|催债|催账|讨债|爆通讯录|打爆"),
    "regulator": re.compile(r"12378|银保监|金管局|监管|消保|信访"),
    "english": re.compile(r"^[^一-鿿]*[a-z]{2,}[^一-鿿]*$"),
    "screen_now": re.compile(r"共享|屏幕|同屏|投屏|远程|控制|操作我|黑屏|会议"),
    "code_now": re.compile(r"验证码|验正码|校验码|动态码|otp|密码"),
    # Words of death and farewell; figures of speech (想死你们, 跳楼价) are taken out.
    "death_wish": re.compile(
        r"自杀|遗书|遗言|轻生|寻死|寻短见|不想活|不想huo|没法活|活不下去|活着(?:也)?没(?:意思|意义|用|劲)|活够|不想(?:再)?醒|结束(?:自己|生命|这条命|一切)"
        r"|了结|想死(?!你|了你|大家)|去死(?!吧你)|一死了之|死了算|死了(?:之|以)后|跳(?:楼|桥|河|江|海|下去)(?!价|机|大|游)|割腕|烧炭|安眠药|百草枯|农药"
        r"|下辈子(?!也|都|别|再|不)|来世|这辈子就|另一个世界|重开|(?<![a-z])zs(?![a-z])|自s|死路一条|不如死|想着死|死佢|死咗算|(?:活下去|活着)的(?:理由|意义|勇气)"
        r"|(?:不|别)(?:想|用|要|会)?再?醒(?:来|过来)?(?:了|就|$)|一了百了|上吊|吊死|根绳|(?:站台|铁轨|铁路|大车|天台|楼顶|阳台|桥)\S{0,10}(?:迈|跳|下一趟|往下)|煤气\S{0,4}(?:打开|开了|开着)"
        r"|no hope|(?:want|wish|reason)[a-z' ]{0,12} to (?:live|die)|suicid|kill myself|end(?:ing)? (?:it all|my life)|don'?t want to live|sleep forever|never wake"
    ),
    # Somebody offers to get lost money back.
    "recovery_offer": re.compile(
        r"(?:帮|替|代|给|为)(?:我|人|您|你|咱|俺)?\S{0,8}(?:追|要|讨|拿|弄|挽)(?:得)?回|专管(?:追|讨|要)|追款|追损|挽损"
    ),
    "just_now": re.compile(
        r"刚刚|刚才|刚(?:把|给|转|打|付|被|发|念|报|输|扫|下|接)|拄才|头先|啱啱|这会儿|正在|现在(?:还)?(?:在|就|要|他|她|正)|还在(?:线|通话|打|讲|转)|没挂|别挂"
        r"|(?:不到|前后|大概|大约)?[0-9一二两三四五六七八九十几半]{1,9}(?:个)?(?:多)?(?:分钟|小时|钟头)(?:前|之前|以前)|不到(?:一|半)|just now|right now|minutes? ago"
    ),
    "moved": re.compile(
        r"(?<!没)(?<!没有)(?:转|汇|付|打|刷|扫|借|划|扣|提|交|给)(?:走|过去|出去|完|掉|给|到)?(?:了|过)|被(?:骗|转|划|扣|刷)(?:走|了)|转账成功|已经转|(?:转|汇|付|打|刷|交|给)\S{0,3}一半"
    ),
    "wants_person": re.compile(
        r"(?:找|叫|换|接|转|要)(?:个|一个|一位)?(?:人工|真人|活人|客服(?:人员)?)(?:吧|呗|来|给我|行|，|。|！|$)|转人工"
    ),
    "money": re.compile(
        r"[转付交刷汇缴垫充套]了?|打(?:过去|钱|款)|钱|[块元]|费|押金|定金|订金|paid|transfer"
    ),
    "freeze": re.compile(r"挂失|冻结|停掉|停卡|停用|补办"),
    "better": re.compile(
        r"好多了|好一?些了|好一点|气话|缓过来|好些了|好点了|没事了|想通了|陪着我|陪我"
    ),
    "asks_partner": re.compile(
        r"(?:特约|合作|授权|委托|旗下|配合)\S{0,8}(?:吗|么|嘛|没|？|\?|的$)|是不是\S{0,8}(?:合作|授权|委托)"
    ),
    "resigned": re.compile(
        r"反正|无所谓|破罐|都这样了|大不了|豁出去|烂命|烂透|还怕(?:啥|什么)|差(?:也)?(?:不到|到)哪"
    ),
    "asks_which": re.compile(
        r"(?:打|拨|找)(?:哪个|哪一个|什么|啥)(?:号|电话)?(?:才)?(?:对|真|是)?"
    ),
    "card_request": re.compile(r"提醒卡|卡片|发给家(?:人|里)|转发给"),
    "one_off_repair": re.compile(
        r"一次性(?:的)?信用(?:修复|救济)|信用救济|央行\S{0,6}(?:修复|新规|新政)"
    ),
    "prepay": re.compile(r"提前(?:还|结清)|违约金"),
    "due_date": re.compile(
        r"还款日\S{0,6}(?:改|换|调|挪|移|推)|(?:改|换|调|挪|移)\S{0,6}(?:还款日|日子|号|那天|发工资)"
    ),
    "not_mine": re.compile(
        r"我(?:可|又|也|真|根本)?没(?:有)?(?:找|用|请|联系|委托)(?:过)?\S{0,4}(?:中介|代理|第三方|别人|人)"
    ),
    "asks_ours": re.compile(
        r"(?:是|算)(?:不是)?(?:你们|咱们|贵司|贵公司|官方|公司)(?:家|这边|公司|平台|官方)?\S{0,10}(?:吗|么|嘛|不|没|？|\?|的$)"
        r"|你们\S{0,6}(?:授权|合作|委托|派来|旗下)\S{0,16}(?:吗|么|真的|真假|？|\?)|(?:合作机构|授权机构|合作方|合作单位|特约|合作伙伴|签了?(?:委托|合作)协议)"
        r"|属不属实|是否属实|核对属实|真有这(?:家|个)"
    ),
    # Somebody else than the speaker is in danger of their life.
    "other_person": re.compile(
        r"(?:我)?(?:妈|爸|老公|老婆|媳妇|丈夫|妻子|儿子|女儿|弟弟|妹妹|哥|姐|朋友|同事|室友|同学|男友|女友|对象)\S{0,12}(?:想不开|不想活|自杀|寻短见|要跳|轻生|想死|吃药)"
    ),
    "reports": re.compile(r"举报|检举|报案|报警|告发"),
    "court": re.compile(r"法院|传票|开庭|诉前|调解|律师函|立案|仲裁|起诉"),
}


# What was about to happen and did not, to the end of the clause: 差点就转了, 差一点把验证码念给他.
_NEARLY = re.compile(
    r"差一?点儿?(?:就|要|把|给)?[^\s，。！？；,.!?;]{0,6}?(?:转|付|交|打|汇|给|念|报|发|填|签|装|下载|上当|信了)"
    r"[^\s，。！？；,.!?;]*"
)


def is_near_miss(folded_text: str) -> bool:
    """Whether the speaker says that it nearly happened, and of nothing that it did."""
    happened = _NEARLY.sub("", folded_text)
    if happened == folded_text:
        return False
    return not given_of(happened) and not _MARK_PATTERNS["moved"].search(happened)


def given_of(folded_text: str) -> tuple[str, ...]:
    """What the speaker says was handed over, most dangerous first; neither denials nor mere demands count."""
    return tuple(name for name in GIVEN if _was_given(_GIVEN_PATTERNS[name], folded_text))


def _was_given(pattern: re.Pattern[str], text: str) -> bool:
    match = pattern.search(text)
    while match:
        before = text[max(0, match.start() - 10) : match.start()]
        demanded = _DEMANDED.search(before) and not _MET.search(match.group())
        denied = _NEGATED.search(before[-6:]) or _NEGATED_INSIDE.search(match.group())
        if not demanded and not denied:
            return True
        # The deed may follow within the same words: 让我念验证码，验证码我念了.
        match = pattern.search(text, match.start() + 1)
    return False


def marks_of(folded_text: str) -> frozenset[str]:
    """Names of the plain-word marks that a folded text carries."""
    found = {name for name, pattern in _MARK_PATTERNS.items() if pattern.search(folded_text)}
    if "moved" in found and not _MARK_PATTERNS["moved"].search(_NEARLY.sub("", folded_text)):
        found.remove("moved")
    return frozenset(found)
