"""The studio's lines: the learner writes and the instructor reviews for the client, the admin is on the staff.

The organization's member works for another client, everybody else for none.
"""

STUDIO = """
                                        anonymous learner other instructor member org_admin foreign admin suspended
studio_create_chapter                   401       201     404   201        404    404       404     201   403
studio_create_client                    401       403     403   403        403    403       403     201   403
studio_create_member                    401       403     404   403        404    404       404     201   403
studio_create_program                   401       201     404   201        404    404       404     201   403
studio_create_session                   401       201     404   201        404    404       404     201   403
studio_create_staff_member              401       403     403   403        403    403       403     201   403
studio_delete_chapter                   401       204     404   204        404    404       404     204   403
studio_delete_client                    401       403     404   403        404    404       404     204   403
studio_delete_member                    401       403     404   403        404    404       404     204   403
studio_delete_program                   401       204     404   204        404    404       404     204   403
studio_delete_session                   401       204     404   204        404    404       404     204   403
studio_delete_staff_member              401       403     403   403        403    403       403     204   403
studio_get_chapter                      401       200     404   200        404    404       404     200   403
studio_get_chapter_order                401       200     404   200        404    404       404     200   403
studio_get_client                       401       200     404   200        404    404       404     200   403
studio_get_client_knowledge             401       200     404   200        404    404       404     200   403
studio_get_client_knowledge_diff        401       200     404   200        404    404       404     200   403
studio_get_client_knowledge_version     401       200     404   200        404    404       404     200   403
studio_get_program                      401       200     404   200        404    404       404     200   403
studio_get_program_knowledge            401       200     404   200        404    404       404     200   403
studio_get_program_knowledge_diff       401       200     404   200        404    404       404     200   403
studio_get_program_knowledge_version    401       200     404   200        404    404       404     200   403
studio_get_program_tree                 401       200     404   200        404    404       404     200   403
studio_get_session                      401       200     404   200        404    404       404     200   403
studio_get_session_order                401       200     404   200        404    404       404     200   403
studio_list_chapters                    401       200     404   200        404    404       404     200   403
studio_list_client_knowledge            401       200     404   200        404    404       404     200   403
studio_list_client_knowledge_versions   401       200     404   200        404    404       404     200   403
studio_list_clients                     401       200     200   200        200    200       200     200   403
studio_list_members                     401       200     404   200        404    404       404     200   403
studio_list_program_knowledge           401       200     404   200        404    404       404     200   403
studio_list_program_knowledge_versions  401       200     404   200        404    404       404     200   403
studio_list_programs                    401       200     404   200        404    404       404     200   403
studio_list_sessions                    401       200     404   200        404    404       404     200   403
studio_list_staff                       401       403     403   403        403    403       403     200   403
studio_renumber_program                 401       200     404   200        404    404       404     200   403
studio_save_client_knowledge            401       200     404   200        404    404       404     200   403
studio_save_program_knowledge           401       200     404   200        404    404       404     200   403
studio_update_chapter                   401       200     404   200        404    404       404     200   403
studio_update_chapter_order             401       200     404   200        404    404       404     200   403
studio_update_client                    401       403     404   403        404    404       404     200   403
studio_update_member                    401       403     404   403        404    404       404     200   403
studio_update_program                   401       200     404   200        404    404       404     200   403
studio_update_session                   401       200     404   200        404    404       404     200   403
studio_update_session_order             401       200     404   200        404    404       404     200   403
"""
