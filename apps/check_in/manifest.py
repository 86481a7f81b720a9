"""What check-in says of itself."""

from __future__ import annotations

from kernel.modules.manifest import (
    Asset,
    Compliance,
    Manifest,
    Page,
    Permission,
    Schedule,
    Setting,
    Text,
    Widget,
)

MOST_POINTS = 1_000_000
LONGEST_RUN = 3_660
LONGEST_WINDOW = 31

manifest = Manifest(
    code="check_in",
    package="apps.check_in",
    name=Text("签到", "Check-in"),
    version="1.0.0",
    summary=Text(
        "会员每天签到得积分，连续签到奖励更多，漏签可以补签。",
        "Members collect points by checking in each day, and more for not missing one.",
    ),
    category="marketing",
    tier="free",
    icon="calendar",
    permissions=(Permission("check_in.manage", Text("管理签到", "Manage check-in")),),
    settings=(
        Setting(
            key="day_points",
            kind="ints",
            label=Text("每日积分", "Points for each day"),
            help=Text(
                "连续签到第 1、2、3……天各得的积分，用逗号分隔；最后一天之后从头循环。",
                "For the first, second, third … day in a row, with commas between them; "
                "after the last one it begins again.",
            ),
            default=[1, 2, 3, 4, 5, 6, 10],
            minimum=0,
            maximum=MOST_POINTS,
        ),
        Setting(
            key="bonus_days",
            kind="ints",
            label=Text("连续签到奖励的天数", "Days in a row that bring a bonus"),
            help=Text("例如 7, 30；留空则没有奖励。", "For example 7, 30; none when empty."),
            default=[7, 30],
            minimum=2,
            maximum=LONGEST_RUN,
        ),
        Setting(
            key="bonus_points",
            kind="ints",
            label=Text("对应的奖励积分", "Bonus points for those days"),
            help=Text("与上一项一一对应。", "One number for each number above."),
            default=[20, 100],
            minimum=1,
            maximum=MOST_POINTS,
        ),
        Setting(
            key="growth",
            kind="int",
            label=Text("每次签到的成长值", "Growth for each check-in"),
            help=Text("用于会员等级；0 表示不给。", "It counts for levels of members; 0 for none."),
            default=0,
            minimum=0,
            maximum=MOST_POINTS,
        ),
        Setting(
            key="make_ups_per_month",
            kind="int",
            label=Text("每月补签次数", "Make-ups in a month"),
            help=Text("0 表示不可补签。", "0 allows none."),
            default=2,
            minimum=0,
            maximum=LONGEST_WINDOW,
        ),
        Setting(
            key="make_up_cost",
            kind="int",
            label=Text("补签一次消耗的积分", "Points that a make-up costs"),
            default=5,
            minimum=0,
            maximum=MOST_POINTS,
        ),
        Setting(
            key="make_up_window",
            kind="int",
            label=Text("可补签最近几天", "How many days back can be made up"),
            default=7,
            minimum=1,
            maximum=LONGEST_WINDOW,
        ),
        Setting(
            key="rules",
            kind="text",
            label=Text("活动说明", "Rules shown to members"),
            default="",
            maximum=1000,
        ),
    ),
    settings_check="apps.check_in.plan:faults",
    urls={
        "store": "apps.check_in.urls_store",
        "console": "apps.check_in.urls_console",
        "api": "apps.check_in.api.urls",
    },
    events=("check_in.checked_in",),
    schedules=(Schedule("roll_up", "apps.check_in.statistics:roll_up", "10 0 * * *"),),
    assets=(Asset("check_in_points", Text("签到积分", "Check-in points")),),
    pages=(Page("", Text("签到", "Check-in"), "check_in.manage", icon="calendar"),),
    widgets=(
        Widget(
            "days",
            Text("每日签到人数", "Members who checked in"),
            "apps.check_in.statistics:widget",
            "check_in.manage",
        ),
    ),
    screenshots=("check_in/market-{language}.webp",),
    compliance=Compliance(purposes=("reward.activity",), personal_data=("activity_dates",)),
    # Who is signed in, the settings, the month.
    query_budgets={"store.calendar": 4, "api.calendar": 3},
)
