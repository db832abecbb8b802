/** @odoo-module **/
/** What an administrator watches: a drain that gets on, the queue in figures, the calls. */

import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";

/** Take the waiting entries out of the queue behind the form's back. */
async function cancelWaiting() {
    const path = "/web/dataset/call_kw/qbo.queue.entry/";
    const call = (method, args) => rpc(path + method, { model: "qbo.queue.entry", method, args, kwargs: {} });
    await call("action_cancel", [await call("search", [[["state", "=", "pending"]]])]);
}

registry.category("web_tour.tours").add("qbo_live_progress", {
    steps: () => [
        {
            content: "Three entries remain, and it is known how fast they go",
            trigger: ".o_form_view [name=progress] .o_field_widget[name=remaining_count]:contains(3)",
        },
        {
            trigger: ".o_form_view [name=progress] .o_field_widget[name=expected_end]:visible",
        },
        {
            content: "Begin to change the form, then let the queue be emptied by somebody else",
            trigger: ".o_field_widget[name=sync_interval] input",
            run: "edit 17",
        },
        {
            content: "Nobody types any more, but the change is there",
            trigger: ".o_notebook a[name=activity]",
            run: "click",
        },
        {
            trigger: ".o_notebook a[name=activity].active",
            run: cancelWaiting,
        },
        {
            content: "Nothing is read while there are changes: they would be lost",
            trigger: ".o_form_view [name=progress] .o_field_widget[name=remaining_count]:contains(3)",
            run: () => new Promise((resolve) => setTimeout(resolve, 7000)),
        },
        {
            trigger: ".o_form_view:has([name=remaining_count]:contains(3)) [name=sync_interval] input:value(17)",
        },
        {
            content: "Discard, and what remains is counted down without a reload of the page",
            trigger: ".o_form_button_cancel",
            run: "click",
        },
        {
            trigger: ".o_form_view:not(:has([name=progress]:visible))",
        },
    ],
});

registry.category("web_tour.tours").add("qbo_dashboards", {
    steps: () => [
        {
            content: "The queue by day and state",
            trigger: ".o_graph_view canvas",
        },
        {
            trigger: ".o_switch_view.o_pivot",
            run: "click",
        },
        {
            content: "By type and state",
            trigger: ".o_pivot_view th:contains(Failed)",
        },
        {
            trigger: ".o_pivot_view th:contains(Invoice)",
        },
        {
            content: "The calls",
            trigger: "[data-menu-xmlid='qbo_connector.menu_qbo_reporting']",
            run: "click",
        },
        {
            trigger: "[data-menu-xmlid='qbo_connector.menu_qbo_usage']",
            run: "click",
        },
        {
            trigger: ".o_breadcrumb:contains(API Calls)",
        },
        {
            trigger: ".o_switch_view.o_list",
            run: "click",
        },
        {
            trigger: ".o_data_row .o_data_cell[name=calls]:contains(5)",
        },
    ],
});
