/** @odoo-module **/
/**
 * What comes from QuickBooks, as an accountant meets it: a contact that is created there, a payment that is accepted,
 * a document that somebody changed there, books that are compared and repaired.
 *
 * Between the tours the background work is done, which the test lets run.
 */

import { registry } from "@web/core/registry";

const open = (...menus) => menus.map((menu) => ({
    trigger: `[data-menu-xmlid='qbo_connector.${menu}']`,
    run: "click",
}));

const app = [
    {
        trigger: ".o_navbar_apps_menu button",
        run: "click",
    },
    ...open("menu_root"),
];

const panel = [
    {
        content: "The contact's page of QuickBooks",
        trigger: ".o_form_view .o_notebook a[name=qbo_panel]",
        run: "click",
    },
];

const differences = [
    {
        content: "The card names the last comparison",
        trigger: ".o_kanban_record .text-danger:contains(1 difference)",
    },
    {
        trigger: ".o_kanban_record a[name=action_open_reconciliations]",
        run: "click",
    },
    {
        trigger: ".o_data_row:has(.text-bg-danger) .o_data_cell[name=drift_count]:contains(1)",
        run: "click",
    },
];

registry.category("web_tour.tours").add("qbo_decide_what_came", {
    steps: () => [
        ...panel,
        {
            trigger: "button[name=action_qbo_create]",
            run: "click",
        },
        {
            content: "What QuickBooks will not have, field by field, before anything is sent",
            trigger: ".modal .o_data_row:contains(Email):contains(nobody)",
        },
        {
            trigger: ".modal .o_data_row:contains(City)",
        },
        {
            trigger: ".modal button[name=action_create_there]",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) .o_form_view:not(:has(button[name=action_qbo_create]))",
        },
        ...app,
        ...open("menu_qbo_incoming", "menu_qbo_receipt"),
        {
            content: "Money that a bookkeeper received in QuickBooks",
            trigger: ".o_data_row:has(.badge:contains(To Accept)):has([name=documents]:contains(INV)) .o_data_cell[name=amount]:contains(100.00)",
        },
        {
            trigger: ".o_data_row [name=reference]:contains(Check 4711)",
        },
        {
            trigger: ".o_data_row button[name=action_accept]",
            run: "click",
        },
        {
            content: "Nothing waits for a decision any more",
            trigger: ".o_list_view:not(:has(.o_data_row))",
        },
        ...open("menu_qbo_incoming", "menu_qbo_binding_changed"),
        {
            content: "An invoice whose amount somebody changed there",
            trigger: ".o_data_row:has(.badge) .o_data_cell[name=record_name]",
            run: "click",
        },
        {
            content: "Field by field: Odoo today, as pushed, in QuickBooks",
            trigger: ".modal tr:has(td:nth-child(1):contains(Total)):has(td:nth-child(2):contains(200.00)):has(td:nth-child(3):contains(200.00)) td:nth-child(4):contains(230.00)",
        },
        {
            content: "Odoo wins",
            trigger: ".modal button[name=action_push_again]",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) .o_list_view:not(:has(.o_data_row))",
        },
        ...open("menu_qbo_connection"),
        {
            trigger: ".o_kanban_record .fs-4",
            run: "click",
        },
        {
            trigger: ".o_form_view button[name=action_reconcile]",
            run: "click",
        },
        {
            content: "The comparison waits for the background",
            trigger: ".o_list_view .o_data_row .badge:contains(Waiting)",
        },
    ],
});

registry.category("web_tour.tours").add("qbo_repair_difference", {
    steps: () => [
        ...panel,
        {
            content: "The contact stands in QuickBooks, by a name that is possible there",
            trigger: "[name=qbo_customer_ids] .o_data_row:contains(Gaps - Branch):contains(Active)",
        },
        {
            trigger: "button[name=action_qbo_refresh]",
            run: "click",
        },
        {
            trigger: ".o_form_view:contains(QuickBooks is asked)",
        },
        ...app,
        ...differences,
        {
            trigger: ".o_form_view button[name=action_open_lines]",
            run: "click",
        },
        {
            content: "An invoice that is gone there",
            trigger: ".o_data_row:contains(Not in QuickBooks) button[name=action_push]",
            run: "click",
        },
        {
            trigger: ".modal .btn-primary",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) .o_list_view",
        },
    ],
});

registry.category("web_tour.tours").add("qbo_compare_again", {
    steps: () => [
        ...differences,
        {
            trigger: ".o_form_view button[name=action_again]",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_arrow_button_current:contains(Waiting)",
        },
    ],
});
