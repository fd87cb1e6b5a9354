"""A script as somebody writes it, and a folder of wording to put it into."""

from __future__ import annotations

import shutil
from pathlib import Path

from actions.content import CONTENT
from bot.campaigns.check import Checked, ScriptCheck

SCRIPT = """\
# 写给老人的剧本
id: sample
title: 自称客服的来电
code: fake_hotline
audience: elderly
version: 1
role: “客服”小陈
openings:
  A:
    - 这是一次演练，不是真的来电。随时回“不玩了”就停。
  B:
    - 来做个小练习，两分钟就好。
first: ring
steps:
  ring:
    measure: before
    says:
      - narrator: 手机响了，是一个00开头的号码。
      - 您好，我是{short_name}客服，您的百万保障今晚到期，不关每月扣800元。
    free:
      agrees: 2
      refuses: 1
    choices:
      - label: 挂断，自己拨官方热线
        words: [挂断, 挂了, 挂电话, 自己打官方, 打热线问, 我自己核实]
        score: 100
        explain: 稳。挂断后自己拨官方热线{hotline}，一问就清楚。
        goto: share
      - label: 那怎么关掉它？
        words: [怎么关, 帮我关, 怎么取消, 帮我取消, 要怎么弄, 别扣我钱]
        score: 20
        explain: 谁听到要扣钱都会着急，先挂断再说。
        goto: worry
  worry:
    says:
      - 您别急，我这边帮您操作。
    choices:
      - label: 我还是自己问官方
        words: [自己问, 问官方, 官方核实, 打官方热线, 先核实, 我去问问]
        score: 100
        explain: 对，自己去问，不花钱。
        goto: share
      - label: 好，你帮我操作
        words: [你帮我, 帮我操作, 你来弄, 你操作, 麻烦你了, 听你安排]
        score: 0
        explain: 他要的正是您把手机交给他。
        goto: share
  share:
    says:
      - 您下载一个会议软件，我看着您的屏幕教。
    channels:
      wechat:
        - 您在微信里打开屏幕共享，我教您。
    free:
      agrees: 2
      refuses: 1
    choices:
      - label: 屏幕不给任何人看
        words: [不共享, 不下载, 不给看, 不装软件, 屏幕不行, 不能共享]
        score: 100
        explain: 对。共享了屏幕，验证码他都看得见。
        goto: code
      - label: 装好了，然后呢？
        words: [装好了, 下载好了, 在下载, 然后呢, 点哪里, 共享了]
        score: 0
        explain: 装了也来得及，在会议软件里结束共享。
        goto: code
  code:
    says:
      - 收到的六位数字念给我。
    choices:
      - label: 验证码不念
        words: [不念, 不告诉你, 不给验证码, 不能说, 数字不给, 我不读]
        score: 100
        explain: 正是。验证码就是钥匙。
        goto: safe
      - label: 念前三位试试
        words: [念给你, 念前三位, 先念一半, 告诉你吧, 数字是, 验证码是]
        score: 0
        explain: 一位都不念最省心。
        goto: safe
  safe:
    says:
      - 那您把钱转到安全账户。
    free:
      refuses: 1
    choices:
      - label: 不转，没有安全账户
        words: [不转, 没有安全账户, 转账不行, 钱不动, 不会转的, 我不转]
        score: 100
        explain: 对，没有哪个安全账户要您自己转钱。
        goto: last
      - label: 转一点点试试
        words: [转一点, 转账, 先转一百元, 转过去, 我转, 转给你]
        score: 0
        explain: 转出去就难回来了。
        goto: code
  last:
    measure: after
    says:
      - 换个人打来，说要注销校园贷。
    choices:
      - label: 挂断，官方热线问一句
        words: [挂断, 挂了, 问官方, 打热线, 不理他, 自己核实]
        score: 100
        explain: 道理一样，换了说法也认得出。
        goto: end
      - label: 照他说的注销
        words: [怎么注销, 帮我注销, 注销吧, 现在注销, 照他说的, 快点注销]
        score: 0
        explain: 校园贷不用谁来注销。
        goto: end
lesson:
  - 拿不准，自己拨官方热线{hotline}问一句。
card: |-
  我刚做完防骗演练，得了{score}分。
  要核实，自己拨官方热线{hotline}。
"""

BOOSTER = (
    """\
id: sample_again
title: 又一个来电
code: fake_hotline
audience: elderly
version: 1
role: “客服”小王
booster_of: sample
openings:
  A: [演练又来了，三步就好。]
  B: [再练一次，两分钟就好。练习随时可以停。]
first: one
steps:
"""
    + "".join(
        f"""\
  {name}:
    says: [您的保障要扣钱了，跟我操作。]
    choices:
      - label: 挂断自己问
        words: [挂断, 挂了, 不听了, 自己问, 打热线, 先核实]
        score: 100
        explain: 稳。
        goto: {following}
      - label: 那怎么操作
        words: [怎么操作, 怎么弄, 怎么办, 帮我弄, 教教我, 跟你做]
        score: 0
        explain: 先挂断再说。
        goto: {following}
"""
        for name, following in (("one", "two"), ("two", "three"), ("three", "end"))
    )
    + """\
lesson: ["自己拨官方热线{hotline}。"]
card: 我又练了一次，得了{score}分。官方热线{hotline}。
"""
)


def wording(folder: Path, **scripts: str) -> Path:
    """A copy of all wording with these scripts alone, by their ids."""
    copied = Path(shutil.copytree(CONTENT, folder / "content"))
    for path in (copied / "campaigns").glob("*.yml"):
        path.unlink()
    for name, text in scripts.items():
        (copied / "campaigns" / f"{name}.yml").write_text(text, encoding="utf-8")
    return copied


def checked(folder: Path, text: str, name: str = "sample") -> tuple[Checked, list[str]]:
    """A script that was checked in a folder of its own, and what the writer reads."""
    check = ScriptCheck(wording(folder, **{name: text}))
    found = check.all()[0]
    return found, check.lines(found)


def line_of(text: str, part: str) -> int:
    """The number of the first line of a text in which something stands."""
    return next(n for n, line in enumerate(text.splitlines(), 1) if part in line)
