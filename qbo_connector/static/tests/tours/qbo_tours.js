/** @odoo-module **/
/**
 * The main job in a browser: connect, map, post an invoice, see the badge.
 *
 * Between posting and the badge the cron runs, which the test does; hence three tours.
 */

import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("qbo_connect_and_map", {
    steps: () => [
        {
            content: "Go to QuickBooks' consent page, which sends us back",
            trigger: "button[name=action_connect]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The connection is connected and names the QuickBooks company",
            trigger: ".o_arrow_button_current:contains(Connected)",
        },
        {
            trigger: ".o_field_widget[name=qbo_company_name]:contains(Sandbox Company US)",
        },
        {
            content: "Open the suggested mappings",
            trigger: "button[name=action_open_mapping_wizard]",
            run: "click",
        },
        {
            content: "Accept all suggestions",
            trigger: ".modal button[name=action_accept_all]",
            run: "click",
        },
        {
            content: "Every suggestion is taken, so the button is gone",
            trigger: ".modal:not(:has(button[name=action_accept_all]))",
        },
        {
            content: "Save the mappings",
            trigger: ".modal button[name=action_save]",
            run: "click",
        },
        {
            content: "The dialog is closed",
            trigger: "body:not(:has(.modal))",
        },
        {
            content: "Test the connection",
            trigger: "button[name=action_test]",
            run: "click",
        },
        {
            content: "The QuickBooks company that answered is named",
            trigger: ".o_notification:contains(Reached Sandbox Company US)",
        },
    ],
});

registry.category("web_tour.tours").add("qbo_post_invoice", {
    steps: () => [
        {
            content: "Post the invoice",
            trigger: "button[name=action_post]",
            run: "click",
        },
        {
            content: "It is posted and waits for QuickBooks",
            trigger: ".o_arrow_button_current:contains(Posted)",
        },
        {
            trigger: "button[name=action_qbo_status] .o_field_widget[name=qbo_state]",
        },
    ],
});

registry.category("web_tour.tours").add("qbo_see_badge", {
    steps: () => [
        {
            content: "The invoice says that it stands in QuickBooks",
            trigger: "button[name=action_qbo_status] .badge.text-bg-success",
        },
        {
            trigger: "button[name=action_qbo_open]:visible",
        },
        {
            content: "How it stands there, as of the last sync, and its history are one click away",
            trigger: "button[name=action_qbo_status]",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=remote_total]:contains(120)",
        },
        {
            trigger: ".modal .o_field_widget[name=entry_ids] .o_data_row:contains(Create) .text-bg-success",
        },
        {
            trigger: ".modal .btn[special=cancel]",
            run: "click",
        },
        {
            content: "In the list, look for what is in QuickBooks",
            trigger: "body:not(:has(.modal)) .o_back_button, body:not(:has(.modal)) .breadcrumb-item a",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_searchview_dropdown_toggler",
            run: "click",
        },
        {
            trigger: ".o_filter_menu .o_menu_item:contains(QBO: Synced)",
            run: "click",
        },
        {
            trigger: ".o_facet_values:contains(QBO: Synced)",
        },
        {
            trigger: ".o_data_row:has(.text-bg-success:contains(In QuickBooks)) .o_list_record_selector input",
            run: "click",
        },
        {
            content: "Send the selection once more",
            trigger: ".o_cp_action_menus button:contains(Actions)",
            run: "click",
        },
        {
            trigger: ".o-dropdown--menu .o_menu_item:contains(Send to QuickBooks)",
            run: "click",
        },
        {
            content: "QuickBooks has it, and the answer says so",
            trigger: ".o_notification:contains(1 in QuickBooks already, unchanged)",
        },
    ],
});
