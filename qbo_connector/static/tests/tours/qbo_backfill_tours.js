/** @odoo-module **/
/** A backfill: create it, look before, start it, see how far it is; and take it back. */

import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("qbo_backfill", {
    steps: () => [
        {
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=name] input, .o_field_widget[name=name] textarea",
            run: "edit Last year",
        },
        {
            trigger: ".o_field_widget[name=date_from] input",
            run: "edit 01/01/2024",
        },
        {
            content: "Payments stay out of this one",
            trigger: ".o_field_widget[name=kind_ids] .o_data_row:last .o_field_widget[name=chosen] input",
            run: "click",
        },
        {
            content: "Look before anything is sent",
            trigger: "button[name=action_dry_run]",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=kind_ids] .o_data_row .o_data_cell[name=to_send]:contains(3)",
        },
        {
            trigger: ".modal footer button[special=cancel]",
            run: "click",
        },
        {
            content: "What the dry run found is kept",
            trigger: "body:not(:has(.modal)) .o_field_widget[name=kind_ids] .o_data_cell[name=ready]:contains(3)",
        },
        {
            trigger: "button[name=action_start]",
            run: "click",
        },
        {
            content: "It is running",
            trigger: ".o_arrow_button_current:contains(Running)",
        },
        {
            trigger: "[name=progress] .o_field_widget[name=share]",
        },
        {
            content: "Pause and go on",
            trigger: "button[name=action_pause]",
            run: "click",
        },
        {
            trigger: "button[name=action_resume]",
            run: "click",
        },
        {
            trigger: ".o_arrow_button_current:contains(Running)",
        },
    ],
});

registry.category("web_tour.tours").add("qbo_backfill_undo", {
    steps: () => [
        {
            trigger: ".o_arrow_button_current:contains(Done)",
        },
        {
            content: "What stands in QuickBooks by this batch is one click away",
            trigger: "button[name=action_open_links] .o_stat_value",
        },
        {
            trigger: "button[name=action_undo]",
            run: "click",
        },
        {
            content: "The dialog says what would become of them",
            trigger: ".modal .o_field_widget[name=void_count]:contains(3)",
        },
        {
            trigger: ".modal footer button[name=action_undo]",
            run: "click",
        },
        {
            trigger: "[name=progress]:contains(Taking back)",
        },
    ],
});
