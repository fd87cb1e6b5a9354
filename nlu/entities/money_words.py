r"""The words around a number that make it a sum of money, and those that make it anything else.

All patterns are for folded text. Those that end in ``\Z`` are searched in the words before a number, the
others are matched right behind it.
"""

from __future__ import annotations

import re

from nlu.entities.numerals import CURRENCY
from nlu.lexicon import alternatives, load

PREFIX = re.compile(r"(?:rmb|cny|人民币|¥)\s?:?\Z")
FOREIGN_PREFIX = re.compile(r"(?:\$|usd|美元|美金|港币|港元|台币|日元|欧元|英镑|us\$|hk\$)\s?\Z")
MORE = re.compile(r"(?:多|来|余|几|出头|左右|上下)")
UNIT = re.compile(
    rf"\s?(?:个)?(?P<unit>{CURRENCY})(?!旦|宵|气|素|件|首|老|链|砖|屏|满|度)(?P<money>钱)?"
)
# Units that mean other things as often; they need a word of paying.
DOUBTFUL_UNITS = frozenset("米毛角r圆筷")

# 九块九, 29块9毛; in 五百块一个月 the numeral counts the months.
CHANGE = re.compile(
    r"(?P<digit>[0-9一二两三四五六七八九])"
    r"(?:[毛角]|(?![0-9十百千万.个次张条天月年份单件套位家笔期遍人名周小起直定共样点]))"
)

RANGE = re.compile(r"[多来几]?\s?(?:-|~|—|–|到|至)\s?\Z")
RANGE_AHEAD = re.compile(r"[多来几]?\s?(?:-|~|—|–|到|至)\s?[0-9一二两三四五六七八九十]")
AND_SO_ON = re.compile(r"\s?(?:、|/|和|或|跟|,)\s?\Z")

# What a number counts if it is no money. Exceptions in (?!...) are words that begin with the same sign.
_COUNTED = (
    r"[%‰折倍厘期次遍张台部辆户笔份件字句章步项级层楼室栋页支盘集度斤吨秒岁轮座亩升天篇克寸粉个位条趟声房]",
    r"封(?!口)",
    r"成(?![交功本了为都员])",
    r"分(?!期|批|次|[0-9一二两三四五六七八九十])",
    r"年(?!费|息|化|薪|终)",
    r"月(?!供|薪|付|还|租|息)",
    r"日(?!息|结)",
    r"号(?!称)",
    r"点(?!击|数)",
    r"时(?!候)",
    r"小时",
    r"周(?!转)",
    r"人(?!民币|家)",
    r"名(?!义)",
    r"家(?!里)",
    r"套(?!餐|路|现)",
    r"通(?!过|知)",
    r"公里",
    r"里(?!面)",
    r"平(?!台|安|时|均)",
    r"世纪|用户|客户|粉丝|工作日|开头|打头|字头",
    r"单(?!价|独|月|子)",
    r"口(?!子|头)",
    r"本(?!金|人|来|月|地|息)",
    r"回(?!来|去|给|了|款|我|头|报|复)",
    r"门(?!槛)",
    r"美元|美金|美刀|刀|台币|港|日元|日币|欧|英镑|韩元|比特|泰铢",
    r"(?:days?|hours?|hrs?|min(?:ute)?s?|months|years?|weeks?|times|calls?|people|members|cards?|subscribers|percent"
    r"|am|pm|usdt?|dollars|bucks|hkd)\b",
)
NOT_MONEY = re.compile(rf"[a-z0-9]|(?:多|余|来|几)?[ ]?(?:{'|'.join(_COUNTED)})")
MONTH = re.compile(r"\s?月")
CLOCK = re.compile(r"[:/.][0-9]|[*x×]")

_PAYING = (
    r"[要拿取卷弄收]走|收(?!据|藏)|交(?!流|往|易)|付|转(?!人工|接)|借(?!呗|吧|条)|给|花(?!呗)|汇|存(?!折)|充|退(?!休|伍|役|订|群)|扣|返|补|欠"
    r"|还(?!有|是|款日|没|会|能|要多)|赔|抽|提(?!示|前|醒|供)|领|批|卖|买|刷|垫|骗|拿|挣|赚|押|划|套(?!餐|路)|掏|砸|贴|搭|减(?!免)|亏|罚|缴|贷|定"
    r"|费|金(?!融)|款(?!日)|工资|薪|价|套餐|打包|包年|包月|包干|一条龙|首月|今日|会员|每个?月|每天|每年|月付|月还|月供|每单|每条|每张|每次|单次|单条"
    r"|按条|额度|限额|余额|利息|流水|红包|奖励?|报销|到账|到手|下款|打款|打钱|打了|打过|打给|日结|底薪|保底|优惠|成本|金额|消费|补帖|分我|分出去|分走|分给"
    r"|少还|多还|charged?|pays?|paid|fees?|price|costs?|transfer(?:red)?|deposit|sen[dt]|borrow(?:ed)?|owe|loan|wants?"
    r"|ask(?:ed|s|ing)?|lost|for|only|give|gave|got|earn|sold|took|wired|charging"
)
# The greedy start makes the last of several such words count.
PAYING = re.compile(rf".*(?:{_PAYING})(?P<between>[^,。;!?\n0-9]{{0,9}})\Z", re.DOTALL)
NO_PAYING_BETWEEN = re.compile(r"[日号期第年点时岁码页楼届]|尾|客户|用户|会员\Z|粉丝|人数")
JUST_BEFORE = re.compile(
    r"(?:要|出|才|仅|只|仅需|只需|只要|值|v我|v你|先v|放|剩|差|至少|最低|最高|最多|最少|共|一共|总共|合计|各|大概|约|省|降到|投|叫价|房租|租金|月入|收入|全套|课|课程|手册|教程|报名|培训|年卡|特训营|训练营|一起报|就是|过去|走了|出去"
    r"|花呗|借呗|白条|微粒贷|网贷|信用卡|车贷|房贷|本期|待还|应还|已还|剩余|笔[,:]?|[💰💸💴🧧])(?:我|你|他|了|个|的)?[\s:]{0,2}\Z"
)
_PRICED = (
    r"家|天|月|年|季度?|次|单|条|份|人|张|套|位|小时|件|趟|期|笔|个|晚|户|本|台|组|节|门|回|周|枚"
)
PRICE_PER = re.compile(
    rf"[一每单1两三]个?(?:{_PRICED})(?:就|给|才|要|收|只要|挣|赚|能赚|付|出|卖|是|价|得|还|补)?\s?\Z"
)
PAYING_BEHIND = re.compile(
    rf"\s?(?:(?:一|每|/|1)个?(?:{_PRICED})|/?per\b|each|a month|/(?:month|day)|deposit|fee"
    r"|的?[\u4e00-\u9fff]{0,3}(?:费|定金|押金|订金|保证金|工资|红包|认证金|保险金)"
    r"|(?:就|全|刚|都|也)?(?:没了|打水漂|被骗|被划|被转|转走)|起步|起跳|不等|买|打过去|转过去|转给"
    r"|的[“\"「]?[\u4e00-\u9fff]{0,4}(?:课|套餐|会员|年卡|服务|营)|就?能[弄办搞赶洗消]|[贵值]不[贵值])"
)

# A price list: names and figures line by line, or announced as such.
PRICE_LIST = re.compile(r"价目|价格表|报价单|收费标准|明码")
LISTED = re.compile(r"[\u4e00-\u9fff)]\s?\Z")
LIST_LINE = re.compile(r"(?:^|\n)[\u4e00-\u9fff]{2,8}[\s:]?[0-9]{2,6}\s?(?=\n|\Z)")
LINE_NAME = re.compile(r"(?:^|\n)[\u4e00-\u9fff]{2,8}[\s:]?\Z")
# Behind an amount, 880立案，2600保全 or 18000一套，电话卡150.
NEXT_PRICE = re.compile(r"(?:[\u4e00-\u9fff]{0,4}[,、/;]\s?)(?P<thing>[\u4e00-\u9fff]{0,6})")
NEXT_IN_LIST = re.compile(r"\s?(?:[、,;/。\n]|\Z)")

# Figures that are a clause of their own, behind a clause about buying: 报了他的课，1980，都是录播.
ALONE_BEFORE = re.compile(
    r"(?:费|付|买|交|转|课|营|套|包|龙|款|钱|收|价|年卡|团队|教程|软件|会员|电话|培训|科技)[^\n]{0,12}[,，。:;…”」\"\n]\s?\Z"
)
ALONE_BEHIND = re.compile(r"\s?(?:[,，。;!?\n]|\Z)")

OTHER_NUMBER = re.compile(
    rf"(?:{alternatives(load('contacts')['other_numbers'])})[\s:是为(\"“#]{{0,4}}\Z"
)
NO_AMOUNT = re.compile(
    r"(?:分之|第|双|[0-9]转|跑分|[几数]|(?<![0-9一二两三四五六七八九十])[百千万]|[a-z_@#*<.][*]{0,3}|[0-9][:/])\Z"
    r"|(?:评分|芝麻分|信用分|积分|血压|体重|身高|亩产|粉丝)[^,。;!?\n]{0,5}\Z"
)
INTEREST = re.compile(r"(?:利率|年化|日息|月息|费率|irr|apr)[^,。;!?\n]{0,12}\Z")
YEAR = re.compile(r"(?:19[5-9]|20[0-3])[0-9]\Z")
# Writings that only money has: 12,500 and 1437.80 and 39.9.
MONEY_FORM = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{3,}\.[0-9]{1,2}\Z")
PRICE_FORM = re.compile(r"[0-9]{1,3}\.(?:9|99|8|88)\Z")
