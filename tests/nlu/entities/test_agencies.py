from __future__ import annotations

import pytest

from nlu.entities import extract
from nlu.text.folding import fold


def agencies(text: str) -> list[str]:
    return [entity.value for entity in extract(fold(text)) if entity.kind == "agency"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("跟“云澜法务”签了合同", "云澜法务"),
        ("「金岚信用」的人打来", "金岚信用"),
        ("【晨岚债务优化中心】恭喜入围", "晨岚债务优化中心"),
        ('来电自称"鼎岚金服"', "鼎岚金服"),
        ("我表姐找了个叫云澜阳光法务的，她说能办", "云澜阳光法务"),
        ("我爸签的那家叫石岚债援的公司，人找不着了", "石岚债援"),
        ("一家名为岚安信用咨询的机构", "岚安信用咨询"),
        ("一家叫“清岚堂”的公司", "清岚堂"),
        ("谁知道远岚同舟法务在哪办公", "远岚同舟法务"),
        ("岚城律所发的函", "岚城律所"),
        ("给云岚咨询打了一万", "云岚咨询"),
        ("岚和优途这家公司靠谱吗", "岚和优途"),
        ("云澜信息咨询有限公司收了我的钱", "云澜信息咨询有限公司"),
        ("深圳市云澜法务", "云澜法务"),
        ("“广东云澜科技（深圳）有限公司”", "云澜科技有限公司"),
        ("门口挂着“个人信用修复服务中心”的牌子", "个人信用修复服务中心"),
        ("【雲瀾法務】您的帳單已達標", "云澜法务"),
    ],
)
def test_a_named_agency_is_found(text: str, value: str) -> None:
    assert agencies(text) == [value]


@pytest.mark.parametrize(
    "text",
    [
        "法务公司催我签字",
        "助贷公司收我服务费",
        "昨天一家债务优化公司找上门",
        "你们法务该管管了",
        "债优公司人去楼空",
        "“法务公司”靠谱吗",
        "【信用中心】请尽快处理",
        "你们公司征信修复中心是真的吗",
        "微信推来个法务小妹",
        "一家深圳公司",
        "隔壁开了间助贷公司",
        "征信中心打来的",
        "第三方法务团队",
        "想跟你们咨询个事",
        "给客服咨询过",
        "有个律师事务所联系我",
        "《怎样和催收讲道理》",
        "一位“债务规划师”来电",
        "他发的安装包叫“岚岚借款旗舰版”",
        "叫人拉去当公司法人",
        "贵公司的信用部门",
    ],
)
def test_words_for_such_firms_in_general_are_no_agency(text: str) -> None:
    assert agencies(text) == []


def test_the_span_holds_the_name_without_quotation_marks() -> None:
    text = "跟“深圳云澜法务”签了"
    (entity,) = [entity for entity in extract(fold(text)) if entity.kind == "agency"]
    assert (entity.raw, entity.value) == ("深圳云澜法务", "云澜法务")
