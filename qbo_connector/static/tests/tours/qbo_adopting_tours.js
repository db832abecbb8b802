/** @odoo-module **/
/** What stands in QuickBooks already: match customers, choose another one, adopt a document that was typed in there. */

import { registry } from "@web/core/registry";

const row = (name) => `.o_data_row:has(td[name=record_name]:contains(${name}))`;

registry.category("web_tour.tours").add("qbo_match_customers", {
    steps: () => [
        {
            trigger: ".o_form_view button[name=action_open_matches]",
            run: "click",
        },
        {
            content: "What matches is listed by how sure it is",
            trigger: ".o_list_view .o_group_header:contains(Exact)",
            run: "click",
        },
        {
            content: "All exact ones at once",
            trigger: `.o_list_view:has(${row("Tour Customer")}) button[name=action_link_exact]`,
            run: "click",
        },
        {
            content: "They are decided, the likely one is not",
            trigger: `.o_list_view:not(:has(${row("Tour Customer")})) .o_group_header:contains(Likely)`,
            run: "click",
        },
        {
            content: "It is another one than was found",
            trigger: `${row("Wayfinder")} td[name=reference_id]`,
            run: "click",
        },
        {
            trigger: "td[name=reference_id] input",
            run: "edit Quite Different",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains(Quite Different)",
            run: "click",
        },
        {
            trigger: "td[name=reference_id] input:value(Quite Different)",
        },
        {
            content: "Link it",
            trigger: `.o_data_row.o_selected_row button[name=action_link]`,
            run: "click",
        },
        {
            trigger: `.o_list_view:not(:has(${row("Wayfinder")}))`,
        },
    ],
});

registry.category("web_tour.tours").add("qbo_adopt_documents", {
    steps: () => [
        {
            trigger: ".o_form_view button[name=action_open_cutover]",
            run: "click",
        },
        {
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            content: "It is said what will be asked of QuickBooks",
            trigger: ".o_form_view [name=expected_reads]",
        },
        {
            trigger: "button[name=action_search]:visible",
            run: "click",
        },
        {
            trigger: "button[name=action_adopt_exact]:visible",
            run: "click",
        },
        {
            trigger: ".oe_stat_button[name=action_open_adopted]:contains(1)",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row td[name=state]:contains(Adopted)",
        },
    ],
});
