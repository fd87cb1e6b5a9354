from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.content import Content, Partner, load_content
from actions.verification import AppCheck, check_app, check_company, names_in_question

DEMO = load_content()
FRESH = DEMO.partners_published_on + timedelta(days=1)
PARTNER = "青禾数据服务有限公司（示例）"
# An institution with a joint-stock partner, several domains and no public accounts.
LARGE = replace(
    DEMO,
    domains=("credit.example", "abc.example"),
    accounts=(),
    partners=(Partner("云岭信息技术股份有限公司", ("Yunling Tech",), ""),),
)
TEXTS = st.text() | st.text(
    alphabet="麦穗金融青禾数据有限公司是你们叫的“”「App版极速.:/\\@?#xn--maisui.example0l１。 \u0301\u200b\ud800\n",
    max_size=60,
)


@pytest.mark.parametrize(
    "name",
    [
        "青禾数据服务有限公司（示例）",
        "青禾数据服务有限公司(示例)",
        "青禾数据服务有限公司",
        "青禾数据服务有限责任公司",
        "青禾数据服务公司",
        "青禾数据服务",
        "青禾数据",
        "青禾数据有限公司",
        " 青禾 数据 ",
        "“青禾数据”",
        "青禾數據",
        "青禾\u200b数据",
    ],
)
def test_a_partner_is_listed_under_its_names_in_any_width_script_and_legal_form(name: str) -> None:
    check = check_company(name, DEMO, FRESH)
    assert (check.verdict, check.partner) == ("listed", PARTNER)


@pytest.mark.parametrize(
    "name",
    [
        "青禾",
        "青禾数",
        "青禾数椐",
        "清禾数据",
        "青和数据",
        "青禾数据科技",
        "青禾数据科技有限公司",
        "青禾数据（北京）有限公司",
        "北京青禾数据",
        "青禾数据集团",
        "青禾数据法务部",
        "新青禾数据",
        "青禾融资担保",
        "宏帆无忧法务",
        "有限公司",
        "公司",
        "（示例）",
        "",
    ],
)
def test_a_name_that_only_resembles_a_partner_is_unlisted(name: str) -> None:
    check = check_company(name, DEMO, FRESH)
    assert (check.verdict, check.partner) == ("unlisted", None)


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("云岭信息技术股份有限公司", "listed"),
        ("云岭信息技术", "listed"),
        ("YUNLING　ＴＥＣＨ", "listed"),
        ("云岭信息技术有限公司", "unlisted"),
        ("云岭信息技术有限责任公司", "unlisted"),
    ],
)
def test_another_legal_form_is_another_company(name: str, verdict: str) -> None:
    assert check_company(name, LARGE, FRESH).verdict == verdict


@pytest.mark.parametrize("name", ["青禾数据", "宏帆无忧法务", ""])
def test_an_old_list_answers_for_nobody(name: str) -> None:
    last = DEMO.partners_published_on + timedelta(days=DEMO.partners_max_age_days)
    assert check_company(name, DEMO, last).verdict != "stale"
    check = check_company(name, DEMO, last + timedelta(days=1))
    assert (check.verdict, check.partner) == ("stale", None)


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("麦穗消费金融", True),
        ("麦穗消费金融有限公司", True),
        ("麦穗金融", True),
        ("麥穗金融", True),
        ("麦穗金融法务部", False),
        ("青禾数据", False),
    ],
)
def test_the_own_name_is_told_apart_and_is_on_no_list(name: str, ours: bool) -> None:
    check = check_company(name, DEMO, FRESH)
    assert check.ours is ours
    assert not (ours and check.verdict == "listed")


@pytest.mark.parametrize(
    ("name", "official"),
    [
        ("麦穗金融", "麦穗金融"),
        ("麥穗金融", "麦穗金融"),
        ("麦穗金融App", "麦穗金融"),
        ("麦穗金融ＡＰＰ", "麦穗金融"),
        ("“麦穗金融”", "麦穗金融"),
        ("麦穗金融。", "麦穗金融"),
        ("麦穗金融软件", "麦穗金融"),
        ("麦穗金融服务号", "麦穗金融服务号（示例）"),
        ("麦穗金融服务号（示例）", "麦穗金融服务号（示例）"),
        ("公众号“麦穗金融服务号”", "麦穗金融服务号（示例）"),
        ("麦穗金融服务号公众号", "麦穗金融服务号（示例）"),
    ],
)
def test_official_names_are_official(name: str, official: str) -> None:
    assert check_app(name, DEMO) == AppCheck("official", official)


@pytest.mark.parametrize(
    "name",
    [
        "麦穗金融极速版",
        "麦穗金融官方版",
        "麦穗金融Pro",
        "麦穗金融 HD",
        "麦穗金融2.0",
        "麦穗金融（官方）",
        "麦穗",
        "麦穗金融贷",
        "新麦穗金融",
        "小程序叫麦穗金融",
        "还款小助手",
        "App",
        "",
    ],
)
def test_longer_shorter_and_other_names_are_unknown(name: str) -> None:
    assert check_app(name, DEMO) == AppCheck("unknown")


@pytest.mark.parametrize("name", ["麦惠金融", "麦穗金触", "麦岁金融", "穗麦金融", "麦穗金融服务嚎"])
def test_a_name_that_looks_or_sounds_like_an_official_one_is_a_lookalike(name: str) -> None:
    assert check_app(name, DEMO).verdict == "lookalike"


@pytest.mark.parametrize(
    "name",
    [
        "麦穗金融小程序",
        "小程序“麦穗金融”",
        "视频号麦穗金融",
        "麦穗金融官网",
        "麦穗金融公众号",
        "公众号麦穗金融",
        "麦穗金融服务号App",
    ],
)
def test_an_official_name_on_another_kind_of_thing_is_a_lookalike(name: str) -> None:
    assert check_app(name, DEMO).verdict == "lookalike"


@pytest.mark.parametrize(
    "url",
    [
        "maisui.example",
        "MAISUI.EXAMPLE",
        "ｍａｉｓｕｉ．ｅｘａｍｐｌｅ",
        "maisui。example",
        "maisui.example.",
        "maisui.example，",
        "www.maisui.example",
        "m.h5.maisui.example",
        "https://maisui.example",
        "http://maisui.example/repay?id=1#top",
        "https://www.maisui.example:8443/a@b",
        "maisui.example/bill",
    ],
)
def test_an_official_host_and_its_subdomains_are_official(url: str) -> None:
    assert check_app(url, DEMO) == AppCheck("official", "maisui.example")


@pytest.mark.parametrize(
    "url",
    [
        "maisui.example.evil.example",
        "https://maisui.example@evil.example/",
        "https://maisui.example:x@evil.example/",
        "https://evil.example\\@maisui.example",
        "https://evil.example/maisui.example",
        "https://evil.example?maisui.example",
        "https://evil.example#maisui.example",
        "notmaisui.example",
        "my-maisui.example",
        "maisui-vip.example",
        "maisui.top",
        "maisui.com.example",
        "maisuii.example",
        "masui.example",
        "maisiu.example",
        "ma1sui.example",
        "rnaisui.example",
        "maіsui.example",
        "аmaisui.example",
        "maisúi.example",
        "maisu\u0301i.example",
        "mai\u200bsui.example",
        "xn--masui-4ve.example",
        "https://麦穗maisui.example/",
        "ftp://maisui.example",
        "javascript://maisui.example",
        "https://maisui%2eexample/",
        "https://maisui.example%2eevil.example/",
        "maisui.example evil.example",
    ],
)
def test_an_address_that_resembles_an_official_one_is_a_lookalike(url: str) -> None:
    assert check_app(url, DEMO) == AppCheck("lookalike", "maisui.example")


@pytest.mark.parametrize(
    "url",
    [
        "evil.example",
        "https://pay-demo.example/bill",
        "t-demo.example/r8",
        "https://",
        "https://[::1]/",
        "https://203.0.113.7/",
        "example",
        "kf@maisui.example",
        "https://user@maisui.example",
    ],
)
def test_other_addresses_and_mail_addresses_are_unknown(url: str) -> None:
    assert check_app(url, DEMO) == AppCheck("unknown")


@pytest.mark.parametrize(
    ("url", "verdict"),
    [
        ("credit.example", "official"),
        ("abc.example", "official"),
        ("www.abc.example", "official"),
        ("credit-abc.example", "lookalike"),
        ("cred1t.example", "lookalike"),
        ("abc.top", "lookalike"),
        ("abcd.example", "unknown"),
        ("maisui.example", "unknown"),
    ],
)
def test_every_domain_counts_and_short_ones_resemble_little(url: str, verdict: str) -> None:
    assert check_app(url, LARGE).verdict == verdict


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("鑫达法务是你们委托的吗", "鑫达法务"),
        ("你们和“蓝舟资产管理”有合作不", "蓝舟资产管理"),
        ("委外催收公司叫什么，是不是叫恒泰信诺", "恒泰信诺"),
        ("合同里的担保方 青禾融资担保 是贵司授权的吧", "青禾融资担保"),
        ("扣款对方户名是 瑞禾网络科技，请问是不是你们公司", "瑞禾网络科技"),
        ("恁跟中原惠民小贷是一家不", "中原惠民小贷"),
        ("貴司與「安泰資產管理」是什麼關係", "安泰資產管理"),
        ("Is Bluepeak Collections authorized by you?", "Bluepeak Collections"),
        ("查授权：江城律所", "江城律所"),
        ("有没有授权过鹏程商账", "鹏程商账"),
        ("你们是不是改名叫丰谷了", "丰谷"),
        ("是不是有家叫 融易帮 的跟你们合作", "融易帮"),
        ("我就问一句，达利汇是不是你们旗下的", "达利汇"),
        ("保险单的承保公司写着禾众财险，是你们找的？", "禾众财险"),
        ("有个叫宏帆无忧法务的，说是你们授权的合作机构，是真的吗", "宏帆无忧法务"),
        ("有家自称汇信通达的说能减免，是真的吗", "汇信通达"),
        ("极速版是你们出的吗", "极速版"),
        ("恁家的软件是不是叫“惠民花”啊", "惠民花"),
        ("有个“XX钱包Pro”，是你们的升级版？", "XX钱包Pro"),
        ("麦穗金融是你们的App吗", "麦穗金融"),
        ("麦穗金融App是你们的吗", "麦穗金融App"),
        ("麦穗金融极速版是你们的吗", "麦穗金融极速版"),
        ("青禾数据给我发短信，合法吗", "青禾数据"),
        ("www.jz-demo.example 是你们官网吗", "www.jz-demo.example"),
        ("链接真伪：https://hk-demo.example/bill", "https://hk-demo.example/bill"),
        ("登录maisui.example安全吗", "maisui.example"),
        ("小程序“还款小助手”真的是你家的？", "小程序“还款小助手”"),
        ("公众号“借款管家服务号”是官方的不", "公众号“借款管家服务号”"),
    ],
)
def test_the_asked_name_is_given_in_the_words_of_the_user(text: str, name: str) -> None:
    assert names_in_question(text, DEMO) == name


@pytest.mark.parametrize(
    "text",
    [
        "",
        "这个App是你们的吗",
        "那个公司是你们授权的吗",
        "那个链接是你们发的不",
        "海报上这个二维码是贵司的吧",
        "这几家哪个是你们的",
        "应用商店里有两个一样图标的，哪个是你们",
        "13800001234是你们的吗",
        "400-012-345是官方的吗",
        "叫我干嘛",
        "官网到底哪个？",
        "Is this app yours?",
        "短信说“尊敬的客户您的账单已到期”",
        "麦穗金融的极速版是你们的吗",
    ],
)
def test_no_name_is_guessed_where_none_is_told(text: str) -> None:
    assert names_in_question(text, DEMO) is None


@pytest.mark.parametrize(
    "text",
    [
        "“麦穗金融”极速版是你们的吗",
        "小程序“麦穗金融”是你们的吗",
        "小程序叫麦穗金融，是真的吗",
        "名字叫“麦穗金融”的小程序是你们的吗",
        "你们的app叫麦穗金融pro吗",
        "新麦穗金融是你们的吗",
        "有个叫麦穗金融 官方版的是你们的吗",
        "аmaisui.example是你们官网吗",
        "maisu\u0301i.example是你们官网吗",
        "https://麦穗maisui.example/是你们的吗",
        "maisui.example.evil.example是你们的吗",
    ],
)
def test_no_part_of_a_longer_name_is_asked_about_as_if_official(text: str) -> None:
    name = names_in_question(text, DEMO)
    assert name is not None
    assert check_app(name, DEMO).verdict != "official"


@pytest.mark.parametrize(
    "text",
    [
        "有个叫青禾数据发展有限公司的是你们合作的吗",
        "“青禾数据”发展有限公司是你们的吗",
        "有个叫青禾数据 科技有限公司的",
        "青禾数据科技是你们授权的吗",
        "北京青禾数据是你们的吗",
    ],
)
def test_no_part_of_a_longer_company_name_is_asked_about_as_if_listed(text: str) -> None:
    name = names_in_question(text, DEMO)
    assert name is not None
    assert check_company(name, DEMO, FRESH).verdict == "unlisted"


@given(label=st.text(alphabet="abmsuixyz0123456789-", min_size=1, max_size=12))
def test_only_the_official_label_is_official_under_its_ending(label: str) -> None:
    verdict = check_app(f"{label}.example", DEMO).verdict
    assert (verdict == "official") is (label == "maisui")


@given(prefix=st.text(max_size=8), suffix=st.text(max_size=8))
def test_a_host_counts_from_its_right_end(prefix: str, suffix: str) -> None:
    check = check_app(f"https://{prefix}.evil.example/{suffix}maisui.example", DEMO)
    assert check.verdict != "official"


@settings(max_examples=300)
@given(text=TEXTS, content=st.sampled_from([DEMO, LARGE]))
def test_any_text_can_be_checked(text: str, content: Content) -> None:
    assert check_app(text, content).verdict in {"official", "lookalike", "unknown"}
    assert check_company(text, content, FRESH).verdict in {"listed", "unlisted"}
    assert check_company(text, content, date(2100, 1, 1)).verdict == "stale"


@settings(max_examples=300)
@given(text=TEXTS)
def test_an_asked_name_is_a_slice_of_the_text(text: str) -> None:
    name = names_in_question(text, DEMO)
    assert name is None or (name and name in text)


@pytest.mark.parametrize("piece", ["a", "a-", "xn--", "是你们", "叫麦", "“", "小程序", "https://"])
def test_an_endless_text_is_searched_in_moments(piece: str) -> None:
    text = piece * 10_000
    names_in_question(text, DEMO)
    assert check_app(text, DEMO).verdict == "unknown"
